// What a job must remember besides its operators' state: positions, watermarks, sinks, counters. One row, written in
// the transaction of the batch it speaks of, so that it never disagrees with the state.
import { createHash } from 'node:crypto';
import type { JobPlan } from '../analysis/plan';
import { StreamJobsError } from '../protocol/errors';
import type { Database, Statements } from './database';
import { countDeadLetters, createDeadLetters, upgradeDeadLetters } from './deadLetterTable';
import { emptyCounters, type JobPositions, type PipelineCounters } from './engine';
import { quote } from './sqlText';

export interface Checkpoint {
  positions: JobPositions;
  /** Stream -> partition -> event time in epoch milliseconds. */
  watermarks: Map<string, Map<number, number>>;
  /** What each sink's last flush returned, by its place in the plan. */
  sinks: (string | null)[];
  counters: PipelineCounters;
  batch: number;
  /** The last batch that is known to be outside, of a job that publishes from its outbox. */
  published?: number;
  /** This state and no other's: what it leaves outside is named after it. */
  identity?: string;
  /** The job it is of: see JobSpec.owner. Absent in checkpoints of older versions. */
  owner?: string;
  /** How often it was opened for writing: see TransactionalJob. */
  opening?: number;
  /** Bad records stored so far, the ones that left included. */
  deadLetters: number;
  /** The sources came to their end and all windows were closed. */
  finished: boolean;
  /** Stream -> identity of the log its positions are of, where it has one: see LogState.identity. */
  logs: Map<string, string>;
  /** What the outside was last told with success; may be behind. */
  told: JobPositions;
  /** Number of the last Reposition that was applied. */
  repositioned: number;
}

export function emptyCheckpoint(): Checkpoint {
  return {
    positions: new Map(),
    watermarks: new Map(),
    sinks: [],
    counters: emptyCounters(),
    batch: 0,
    deadLetters: 0,
    finished: false,
    logs: new Map(),
    told: new Map(),
    repositioned: 0,
  };
}

const formatVersion = 1;

/**
 * Creates the tables of a new database.
 * @param createState creates the operators' tables, within the same transaction
 */
export async function createCheckpoint(
  database: Database,
  plan: string,
  createState: () => Promise<void>,
  owner?: string,
): Promise<Checkpoint> {
  const checkpoint = { ...emptyCheckpoint(), ...(owner !== undefined && { owner }) };
  checkpoint.counters.deadLetters = { kept: 0, dropped: 0, retried: 0 };
  await database.run('BEGIN');
  await database.run('CREATE TABLE job_checkpoint (version INTEGER, plan VARCHAR, body VARCHAR)');
  await database.run(createDeadLetters);
  await createState();
  await database.run('INSERT INTO job_checkpoint VALUES ($1, $2, $3)', [
    formatVersion,
    plan,
    serializeCheckpoint(checkpoint),
  ]);
  await database.run('COMMIT');
  return checkpoint;
}

/** Undefined when the job never ran. Throws STATE_CORRUPT when its state is of another query. */
export async function readCheckpoint(database: Database, plan: string): Promise<Checkpoint | undefined> {
  const tables = await database.rows(
    `SELECT count(*) FROM information_schema.tables WHERE table_name = 'job_checkpoint'`,
  );
  if (Number(tables[0]?.[0]) === 0) return undefined;
  const [row] = await database.rows('SELECT version, plan, body FROM job_checkpoint');
  if (row?.[0] !== formatVersion || row[1] !== plan || typeof row[2] !== 'string')
    throw new StreamJobsError('STATE_CORRUPT', 'The stored state was made by another query or version.', {
      hint: 'DROP JOB and start it again.',
    });
  const checkpoint = deserialize(row[2]);
  if (checkpoint.counters.deadLetters === undefined) {
    await upgradeDeadLetters(database);
    checkpoint.counters.deadLetters = await countDeadLetters(database, checkpoint.deadLetters);
  }
  return checkpoint;
}

/** With the batch's transaction, where one is open, which it commits. One call: a pause waits for it. */
export async function writeCheckpoint(
  database: Statements,
  checkpoint: Checkpoint,
  transaction: 'open' | 'none' = 'none',
): Promise<void> {
  const update = `UPDATE job_checkpoint SET body = ${quote(serializeCheckpoint(checkpoint))}`;
  await database.run(transaction === 'open' ? `${update}; COMMIT` : update);
}

type StoredPositions = [string, [number, string][]][];
type Stored = Omit<Checkpoint, 'positions' | 'watermarks' | 'logs' | 'told' | 'repositioned'> & {
  positions: StoredPositions;
  watermarks: [string, [number, number][]][];
  /** Absent in checkpoints of older versions, as those below. */
  logs?: [string, string][];
  told?: StoredPositions;
  repositioned?: number;
};

/** As it is stored. */
export function serializeCheckpoint(checkpoint: Checkpoint): string {
  const stored: Stored = {
    ...checkpoint,
    positions: storedPositions(checkpoint.positions),
    watermarks: [...checkpoint.watermarks].map(([stream, partitions]) => [stream, [...partitions]]),
    logs: [...checkpoint.logs],
    told: storedPositions(checkpoint.told),
  };
  return JSON.stringify(stored);
}

function storedPositions(positions: JobPositions): StoredPositions {
  return [...positions].map(([stream, partitions]) => [
    stream,
    [...partitions].map(([partition, offset]) => [partition, String(offset)]),
  ]);
}

function positionsOf(stored: StoredPositions): JobPositions {
  return new Map(
    stored.map(([stream, partitions]) => [
      stream,
      new Map(partitions.map(([partition, offset]) => [partition, BigInt(offset)])),
    ]),
  );
}

function deserialize(text: string): Checkpoint {
  try {
    const stored = JSON.parse(text) as Stored;
    return {
      ...stored,
      positions: positionsOf(stored.positions),
      watermarks: new Map(stored.watermarks.map(([stream, partitions]) => [stream, new Map(partitions)])),
      logs: new Map(stored.logs),
      told: positionsOf(stored.told ?? []),
      repositioned: stored.repositioned ?? 0,
    };
  } catch (cause) {
    throw new StreamJobsError('STATE_CORRUPT', 'The stored checkpoint cannot be read.', { cause });
  }
}

/** Tells plans of different queries apart. Options are left out: an address may change, the state stays good. */
export function planFingerprint(plan: JobPlan): string {
  const skipped = new Set(['span', 'options', 'statement', 'documentation', 'word', 'label']);
  const text = JSON.stringify(plan.sinks, (key, value: unknown) => (skipped.has(key) ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** A copy that can be changed while the original stays what is durable. */
export function copyPositions(positions: JobPositions): JobPositions {
  return new Map([...positions].map(([stream, partitions]) => [stream, new Map(partitions)]));
}

/** Whether everything before the targets was read. */
export function hasReached(positions: JobPositions, targets: JobPositions): boolean {
  return [...targets].every(([stream, partitions]) =>
    [...partitions].every(([partition, target]) => (positions.get(stream)?.get(partition) ?? 0n) >= target),
  );
}
