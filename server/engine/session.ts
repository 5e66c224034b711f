// What a running job has open: database, program, sources, sinks. Made from the checkpoint in the file, always.
import type { TableDefinition } from '../analysis/catalog';
import type { PlanNode, ScanNode } from '../analysis/plan';
import { randomUUID } from 'node:crypto';
import type { Clock, Sink, Source, TransactionalJob, TransactionalWriter } from '../connectors/connector';
import { createCheckpoint, readCheckpoint, serializeCheckpoint, writeCheckpoint } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { corruptState, Database, isCorrupt, kindOf, reasonOf } from './database';
import type { JobOptions, JobPositions, JobSpec } from './engine';
import { unlessAborted } from '../connectors/waiting';
import { StreamJobsError } from '../protocol/errors';
import { EventTimes } from './eventTimes';
import type { RowEncoder } from './formats/encoder';
import { InputTable } from './inputTable';
import { refuseForeign, refuseMissing } from './knownState';
import { limits } from './limits';
import { checkIdentity } from './logs';
import { memoryBudget } from './memoryBudget';
import { MicroBatch } from './microBatch';
import { statePrefix } from './operators/operator';
import { Outbox } from './outbox';
import { packRows } from './packedRows';
import { compile } from './program';
import type { Program } from './program';
import { Publishing } from './publishing';

/** What a pipeline runs: a job's plan, or a preview's with its one output. */
export interface PipelineSpec {
  jobName: string;
  scans: ScanNode[];
  outputs: PipelineOutput[];
  /** Tells the plans of different queries apart. */
  fingerprint: string;
  options: JobOptions;
  /** Undefined keeps everything in memory. */
  databasePath: string | undefined;
  /** Of a job: what its database is checked against. */
  known?: JobSpec;
  clock: Clock;
  source(table: TableDefinition): Source;
  /** Writers of the outputs without a sink. */
  writers?(owner: StateOwner): TransactionalWriter[];
  warn: (message: string) => void;
  /** Sources are told nothing of how far it is: see shadow.ts. */
  isMuted?: boolean;
  /** By scan, where its bad records go besides the store. */
  letterSinks?: (Sink | undefined)[];
}
/** Whose rows the writers write: see TransactionalJob. */
export type StateOwner = Pick<TransactionalJob, 'identity' | 'opening'>;
export interface PipelineOutput {
  /** The sink's table, in counters and messages. */
  name: string;
  node: PlanNode;
  encoder: RowEncoder;
  /** Undefined where a transactional writer takes the rows. */
  sink: Sink | undefined;
}

export interface Session {
  database: Database;
  program: Program;
  microBatch: MicroBatch;
  checkpoint: Checkpoint;
  times: EventTimes;
  /** What the outside was told with success: ahead of the checkpoint's until that is written again. */
  told: JobPositions;
  /** By scan. */
  sources: Source[];
  /** Two sets of input tables, by scan: one is filled while the other is computed. */
  slots: InputTable[][];
  /** Where rows go through transactions. */
  outgoing: Outgoing | undefined;
  close(): Promise<void>;
}

/** Rows on their way outside: durable in the outbox, published in the background. */
export interface Outgoing {
  outbox: Outbox;
  publishing: Publishing;
}

/** Opens everything at the checkpoint. What was opened is closed again when something fails or the signal fires. */
export async function openSession(spec: PipelineSpec, signal: AbortSignal): Promise<Session> {
  const program = compile(
    spec.scans,
    spec.outputs.map(({ node }) => node),
  );
  const opened: { close(): Promise<unknown> }[] = [];
  const close = async (): Promise<void> => {
    // Sources and sinks first: their last words may still take a moment, but not for ever.
    const outside = opened.filter((part) => !(part instanceof Database)).map((part) => part.close());
    const waited = new AbortController();
    await Promise.race([Promise.allSettled(outside), spec.clock.sleep(limits.closeWaitMs, waited.signal)]);
    waited.abort();
    await Promise.all(opened.filter((part) => part instanceof Database).map((part) => part.close()));
  };
  const inTime = <T>(work: Promise<T>): Promise<T> =>
    unlessAborted(
      work,
      signal,
      () => new StreamJobsError('CANCELLED', `Opening ${spec.jobName} was given up.`),
    );
  try {
    if (spec.known) refuseMissing(spec.known);
    const database = await Database.open(spec.databasePath, memoryBudget.take());
    opened.push(database);
    const slots = await makeTables(database, program);
    const checkpoint = await prepareState(database, program, spec);
    const encoders = spec.outputs.map(({ encoder }) => encoder);
    await tryQueries(database, program, encoders);
    const times = new EventTimes(spec.scans, checkpoint, spec.clock);
    let durable = serializeCheckpoint(checkpoint);
    const save = async (): Promise<void> => {
      const next = serializeCheckpoint(checkpoint);
      if (next !== durable) await writeCheckpoint(database, checkpoint);
      durable = next;
    };
    const sources: Source[] = [];
    for (const [index, { table }] of spec.scans.entries()) {
      const source = spec.source(table);
      opened.push(source);
      await inTime(checkIdentity(table.name, source, checkpoint));
      const positions = await inTime(source.open(new Map(checkpoint.positions.get(table.name))));
      times.addPartitions(index, positions.keys());
      checkpoint.positions.set(table.name, new Map(positions));
      sources.push(source);
    }
    for (const [i, { sink }] of spec.outputs.entries()) {
      if (!sink) {
        checkpoint.sinks[i] = null;
        continue;
      }
      opened.push(sink);
      await inTime(sink.open(checkpoint.sinks[i] ?? undefined));
      checkpoint.sinks[i] ??= (await inTime(sink.flush(signal))) ?? null;
    }
    for (const sink of spec.letterSinks ?? []) {
      if (!sink) continue;
      opened.push(sink);
      await sink.open(undefined);
    }
    const outgoing = await inTime(openOutgoing(spec, database, checkpoint, opened, save));
    // Where everything begins is durable before the first record: whenever it is opened again, it begins there.
    await save();
    return {
      database,
      program,
      checkpoint,
      told: new Map(checkpoint.told),
      times,
      sources,
      slots,
      outgoing,
      microBatch: new MicroBatch(database, program, encoders, spec.options.onError),
      close,
    };
  } catch (error) {
    await close();
    throw error instanceof StreamJobsError ? error : sessionError(error, spec.databasePath);
  }
}

async function openOutgoing(
  spec: PipelineSpec,
  database: Database,
  checkpoint: Checkpoint,
  opened: { close(): Promise<unknown> }[],
  save: () => Promise<void>,
): Promise<Outgoing | undefined> {
  if (!spec.writers) {
    await refuseStored(spec.jobName, database, checkpoint);
    return undefined;
  }
  const identity = (checkpoint.identity ??= randomUUID().slice(0, 8));
  const opening = (checkpoint.opening = (checkpoint.opening ?? 0) + 1);
  // Durable before anything outside can see it: a number is used once.
  await save();
  const publishing = new Publishing(spec.writers({ identity, opening }), spec.clock, spec.warn);
  opened.push(publishing);
  const { outbox, stored } = await Outbox.open(database, checkpoint);
  await publishing.open(checkpoint.published ?? 0, stored, checkpoint.batch);
  checkpoint.published = publishing.published;
  return { outbox, publishing };
}

/** Without transactions nobody would publish what is stored for them. */
async function refuseStored(jobName: string, database: Database, checkpoint: Checkpoint): Promise<void> {
  const waiting = await Outbox.waiting(database, checkpoint);
  const rows = [...waiting.values()].reduce((sum, count) => sum + count, 0);
  if (rows === 0) return;
  throw new StreamJobsError(
    'BAD_OPTION',
    `${rows} rows of ${jobName} are stored for exactly-once delivery and not published yet.`,
    { hint: 'Set the delivery back to exactly-once until they are published, then change it.' },
  );
}

async function makeTables(database: Database, program: Program): Promise<InputTable[][]> {
  const slots = [0, 1].map((slot) =>
    program.scans.map((scan) => new InputTable(database, `raw_${scan.index}_${slot}`, scan.input)),
  );
  for (const table of slots.flat()) await table.fill([]);
  await database.run('SET VARIABLE now_ms = 0');
  for (const scan of program.scans) await database.run(scan.decode(slots[0]?.[scan.index]?.name ?? ''));
  return slots;
}

/**
 * State tables are made once, temporary tables each time, both in the order of the operators. After another query took
 * over (see carryOver.ts) those are missing that begin empty.
 */
async function prepareState(
  database: Database,
  program: Program,
  { fingerprint, known }: Pick<PipelineSpec, 'fingerprint' | 'known'>,
): Promise<Checkpoint> {
  const prepare = async (): Promise<void> => {
    const there = (await database.rows('SELECT table_name FROM duckdb_tables()')).map(([name]) =>
      String(name),
    );
    for (const operator of program.operators) {
      const isThere = there.some((name) => name.startsWith(statePrefix(operator.node.id)));
      for (const statement of isThere ? [] : (operator.ddl?.() ?? [])) await database.run(statement);
      await operator.prepare?.(database);
    }
  };
  const stored = await readCheckpoint(database, fingerprint);
  if (known) refuseForeign(known, stored);
  if (!stored) return createCheckpoint(database, fingerprint, prepare, known?.owner);
  await prepare();
  if (known?.owner !== undefined) stored.owner ??= known.owner;
  return stored;
}

/** Runs every query over no rows: what DuckDB refuses is refused now, and not at the first record. */
async function tryQueries(database: Database, program: Program, encoders: RowEncoder[]): Promise<void> {
  for (const scan of program.scans) {
    const watermark = scan.watermark('plain');
    if (watermark !== undefined) await database.run(watermark);
  }
  for (const [i, output] of program.outputs.entries()) {
    const encoder = encoders[i];
    if (encoder) await packRows(database, output.delta('plain'), encoder);
  }
}

function sessionError(error: unknown, databasePath = 'memory'): StreamJobsError {
  if (isCorrupt(error)) return corruptState(databasePath, error);
  const reason = reasonOf(error);
  return ['storage', 'memory', 'invalidated'].includes(kindOf(error))
    ? new StreamJobsError('STORAGE', `The job's state cannot be opened: ${reason}`, { cause: error })
    : new StreamJobsError('NOT_SUPPORTED', `The query cannot be run: ${reason}`, { cause: error });
}
