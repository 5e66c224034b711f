// The engine over DuckDB: plans become pipelines between connectors.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { TableDefinition } from '../analysis/catalog';
import type { JobPlan } from '../analysis/plan';
import type {
  Clock,
  Connector,
  ConnectorContext,
  Sink,
  Source,
  TransactionalWriter,
} from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import { carryOver } from './carryOver';
import { emptyCheckpoint, planFingerprint, readCheckpoint, type Checkpoint } from './checkpoint';
import { deleteDatabase, withDatabase, type Database } from './database';
import { newestDeadLetters, upgradeDeadLetters } from './deadLetterTable';
import type { Engine, JobOptions, JobPositions, JobSpec, PipelineCounters } from './engine';
import { tableEncoder } from './formats/encoder';
import { horizonOf, oldest, oldestTime, streamLog } from './logs';
import { Outbox, withUnpublished } from './outbox';
import { nextRecords } from './peek';
import { noRows, queryState } from './stateQuery';
import { refuseForeign, refuseMissing } from './knownState';
import { DuckPipeline } from './pipeline';
import { openPreview } from './preview';
import { partitionProgress } from './progress';
import { applyReposition } from './reposition';
import { openSession } from './session';
import { muted, shadowSuffix, stepForward } from './shadow';
import type { PipelineSpec, StateOwner } from './session';

export interface EngineOptions {
  connectors: readonly Connector[];
  clock: Clock;
  /** What connectors get of their surroundings, for a job. */
  context: (jobName: string) => ConnectorContext;
}

export function createEngine(options: EngineOptions): Engine {
  /** A source of one of the job's tables for a question, closed after it. */
  const ask = async <T>(spec: JobSpec, table: TableDefinition, question: (source: Source) => Promise<T>) => {
    const source = sourceOf(options.connectors, table, options.context(spec.name));
    try {
      return await question(source);
    } finally {
      await source.close();
    }
  };
  return {
    async open(spec, events, signal) {
      const own = pipelineSpec(spec, options);
      const pipeline = spec.shadow === true ? muted(own) : own;
      return new DuckPipeline(pipeline, await openSession(pipeline, signal), events);
    },
    inspect: inspectJob,
    async deadLetters(spec, max, bytesMax) {
      refuseMissing(spec);
      const { databasePath } = spec;
      if (!existsSync(databasePath)) return [];
      return withDatabase(databasePath, async (database) => {
        await upgradeDeadLetters(database);
        return newestDeadLetters(database, max, bytesMax);
      });
    },
    watch(spec) {
      const context = options.context(spec.name);
      const scans = spec.plan.scans.map(({ table }) => ({
        stream: table.name,
        source: sourceOf(options.connectors, table, context),
      }));
      return {
        async progress(positions) {
          const asked = scans.map(({ stream, source }) => partitionProgress(stream, source, positions));
          return (await Promise.all(asked)).flat();
        },
        horizon: (positions) => horizonOf(scans, positions),
        async close() {
          await Promise.all(scans.map(({ source }) => source.close()));
        },
      };
    },
    async peek({ name, plan }, positions, request) {
      const context = options.context(name);
      const streams = plan.scans.map(({ table }) => ({
        name: table.name,
        source: sourceOf(options.connectors, table, context),
      }));
      try {
        return await nextRecords(streams, positions, request);
      } finally {
        await Promise.all(streams.map(({ source }) => source.close()));
      }
    },
    carryOver,
    stepForward,
    forget: deleteDatabase,
    async logs(spec, place) {
      const checkpoint = await withCheckpoint(spec, (found) => Promise.resolve(found));
      return Promise.all(
        spec.plan.scans.map(({ table }) =>
          ask(spec, table, (source) => streamLog(table.name, source, checkpoint, place)),
        ),
      );
    },
    async writtenAt(spec, records) {
      const asked = spec.plan.scans.map(({ table }) =>
        ask(spec, table, (source) =>
          oldestTime(
            source,
            records.filter(({ stream }) => stream === table.name),
          ),
        ),
      );
      return oldest(await Promise.all(asked));
    },
    async reposition(spec, to) {
      // Nothing is moved in a file that is not the job's.
      await withCheckpoint(spec, () => Promise.resolve());
      return withDatabase(spec.databasePath, (database) =>
        applyReposition(database, planFingerprint(spec.plan), to),
      );
    },
    queryState: (spec, plan, rowsMax, signal) =>
      withCheckpoint(spec, async (_checkpoint, database) => {
        if (database === undefined) return noRows(plan);
        const bounds = { rowsMax, now: options.clock.now() };
        return database.reading((reader) => queryState(reader, spec.plan, plan, bounds), signal);
      }),
    async drop(spec) {
      await deleteDatabase(spec.databasePath);
      await rm(options.context(spec.name).jobDir, { recursive: true, force: true });
    },
    preview: (plan, sink) => openPreview(plan, sink, options),
  };
}

async function inspectJob(spec: JobSpec): Promise<{ positions: JobPositions; counters: PipelineCounters }> {
  const names = spec.plan.sinks.map(({ table }) => table.name);
  return withCheckpoint(spec, async (checkpoint, database) => {
    const { positions, counters } = checkpoint;
    const waiting = database && (await Outbox.waiting(database, checkpoint));
    return { positions, counters: waiting ? withUnpublished(counters, waiting, names) : counters };
  });
}

/** What the job kept, an empty checkpoint of one that never ran, and its database where there is one. */
async function withCheckpoint<T>(
  spec: JobSpec,
  use: (checkpoint: Checkpoint, database?: Database) => Promise<T>,
): Promise<T> {
  refuseMissing(spec);
  if (!existsSync(spec.databasePath)) return use(emptyCheckpoint());
  return withDatabase(spec.databasePath, async (database) => {
    const checkpoint = await readCheckpoint(database, planFingerprint(spec.plan));
    refuseForeign(spec, checkpoint);
    return checkpoint ? use(checkpoint, database) : use(emptyCheckpoint());
  });
}

function pipelineSpec(spec: JobSpec, { connectors, clock, context }: EngineOptions): PipelineSpec {
  const { plan, options } = spec;
  const connectorContext = {
    ...context(spec.name),
    ...(spec.shadow === true && { groupSuffix: shadowSuffix }),
  };
  const outputs = outputsOf(plan, options, connectors, connectorContext);
  const transactional = outputs.some(({ sink }) => sink === undefined);
  return {
    jobName: spec.name,
    scans: plan.scans,
    outputs,
    fingerprint: planFingerprint(plan),
    options,
    databasePath: spec.databasePath,
    known: spec,
    clock,
    source: (table) => sourceOf(connectors, table, connectorContext),
    letterSinks: letterSinksOf(spec, connectors, connectorContext),
    ...(transactional && {
      writers: (owner) => writersOf(plan, outputs, owner, connectors, connectorContext),
    }),
    warn: (message) => connectorContext.log('warn', `${spec.name}: ${message}`),
  };
}

/** Throws BAD_OPTION when letters shall go to a topic and no source has such a place. */
function letterSinksOf(
  { plan, options: { deadLetterTopic: topic, onError } }: JobSpec,
  connectors: readonly Connector[],
  context: ConnectorContext,
): (Sink | undefined)[] {
  if (topic === undefined || onError !== 'dead-letter') return [];
  const sinks = plan.scans.map(({ table }) =>
    connectorOf(connectors, table).deadLetterSink?.(table, topic, context),
  );
  if (sinks.some((sink) => sink !== undefined)) return sinks;
  throw new StreamJobsError(
    'BAD_OPTION',
    "'dead-letter.topic' is a topic on the cluster of the job's source, and no source of this job is a Kafka topic.",
    { hint: 'Leave it out: dead letters are kept in the job, SHOW DEAD LETTERS lists them.' },
  );
}

/** An output whose connector writes its rows in transactions has no sink. */
function outputsOf(
  plan: JobPlan,
  { delivery }: JobOptions,
  connectors: readonly Connector[],
  context: ConnectorContext,
): PipelineSpec['outputs'] {
  return plan.sinks.map(({ table, input }) => {
    const connector = connectorOf(connectors, table);
    const transactional = connector.isTransactional?.(table, delivery) === true;
    const sink = transactional ? undefined : connector.sink?.(table, context);
    if (!sink && !transactional)
      throw new StreamJobsError(
        'BAD_OPTION',
        `The connector ${table.connector} of ${table.name} cannot be written to.`,
      );
    return { name: table.name, node: input, encoder: tableEncoder(table, input.columns), sink };
  });
}

/** Each connector writes what is its own. */
function writersOf(
  plan: JobPlan,
  outputs: PipelineSpec['outputs'],
  owner: StateOwner,
  connectors: readonly Connector[],
  context: ConnectorContext,
): TransactionalWriter[] {
  return connectors.flatMap((connector) => {
    const isOwn = (table: TableDefinition): boolean => table.connector === connector.name;
    const own = plan.sinks.flatMap(({ table }, output) =>
      isOwn(table) && outputs[output]?.sink === undefined ? [[output, table] as const] : [],
    );
    const sources = plan.scans.map(({ table }) => table).filter(isOwn);
    if (own.length === 0) return [];
    return connector.transactions?.({ outputs: new Map(own), sources, ...owner }, context) ?? [];
  });
}

/** @throws StreamJobsError BAD_OPTION when the table's connector is unknown or only writes */
export function sourceOf(
  connectors: readonly Connector[],
  table: TableDefinition,
  context: ConnectorContext,
): ReturnType<NonNullable<Connector['source']>> {
  const source = connectorOf(connectors, table).source?.(table, context);
  if (!source)
    throw new StreamJobsError(
      'BAD_OPTION',
      `The connector ${table.connector} of ${table.name} cannot be read from.`,
    );
  return source;
}

function connectorOf(connectors: readonly Connector[], table: TableDefinition): Connector {
  const connector = connectors.find(({ name }) => name === table.connector);
  if (!connector)
    throw new StreamJobsError(
      'BAD_OPTION',
      `There is no connector ${table.connector}, which ${table.name} names.`,
      {
        hint: `Connectors are ${connectors.map(({ name }) => name).join(', ')}.`,
      },
    );
  return connector;
}
