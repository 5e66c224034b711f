// The engine over DuckDB: plans become pipelines between connectors.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { TableDefinition } from '../analysis/catalog';
import type { JobPlan } from '../analysis/plan';
import type { Clock, Connector, ConnectorContext, Sink, TransactionalWriter } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import { carryOver } from './carryOver';
import { planFingerprint, readCheckpoint } from './checkpoint';
import { Database, deleteDatabase } from './database';
import { newestDeadLetters, upgradeDeadLetters } from './deadLetterTable';
import {
  emptyCounters,
  type Engine,
  type JobOptions,
  type JobPositions,
  type JobSpec,
  type PipelineCounters,
} from './engine';
import { tableEncoder } from './formats/encoder';
import { Outbox, withUnpublished } from './outbox';
import { nextRecords } from './peek';
import { DuckPipeline } from './pipeline';
import { openPreview } from './preview';
import { partitionProgress } from './progress';
import { openSession } from './session';
import type { PipelineSpec } from './session';

export interface EngineOptions {
  connectors: readonly Connector[];
  clock: Clock;
  /** What connectors get of their surroundings, for a job. */
  context: (jobName: string) => ConnectorContext;
}

export function createEngine(options: EngineOptions): Engine {
  return {
    async open(spec, events, signal) {
      const pipeline = pipelineSpec(spec, options);
      return new DuckPipeline(pipeline, await openSession(pipeline, signal), events);
    },
    inspect: inspectJob,
    async deadLetters({ databasePath }, max, bytesMax) {
      if (!existsSync(databasePath)) return [];
      const database = await Database.open(databasePath);
      try {
        await upgradeDeadLetters(database);
        return await newestDeadLetters(database, max, bytesMax);
      } finally {
        await database.close();
      }
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
    forget: deleteDatabase,
    async drop(spec) {
      await deleteDatabase(spec.databasePath);
      await rm(options.context(spec.name).jobDir, { recursive: true, force: true });
    },
    preview: (plan, sink) => openPreview(plan, sink, options),
  };
}

async function inspectJob(spec: JobSpec): Promise<{ positions: JobPositions; counters: PipelineCounters }> {
  if (!existsSync(spec.databasePath)) return { positions: new Map(), counters: emptyCounters() };
  const database = await Database.open(spec.databasePath);
  try {
    const checkpoint = await readCheckpoint(database, planFingerprint(spec.plan));
    if (!checkpoint) return { positions: new Map(), counters: emptyCounters() };
    const { positions, counters } = checkpoint;
    const names = spec.plan.sinks.map(({ table }) => table.name);
    return {
      positions,
      counters: withUnpublished(counters, await Outbox.waiting(database, checkpoint), names),
    };
  } finally {
    await database.close();
  }
}

function pipelineSpec(spec: JobSpec, { connectors, clock, context }: EngineOptions): PipelineSpec {
  const { plan, options } = spec;
  const connectorContext = context(spec.name);
  const outputs = outputsOf(plan, options, connectors, connectorContext);
  const transactional = outputs.some(({ sink }) => sink === undefined);
  return {
    jobName: spec.name,
    scans: plan.scans,
    outputs,
    fingerprint: planFingerprint(plan),
    options,
    databasePath: spec.databasePath,
    clock,
    source: (table) => sourceOf(connectors, table, connectorContext),
    letterSinks: letterSinksOf(spec, connectors, connectorContext),
    ...(transactional && {
      writers: (identity) => writersOf(plan, outputs, identity, connectors, connectorContext),
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
  identity: string,
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
    return connector.transactions?.({ outputs: new Map(own), sources, identity }, context) ?? [];
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
