// From a journalled job to what the engine runs: the statement understood, its options read, its places named.
import type { Catalog, TableDefinition } from '../analysis/catalog';
import { jobOptions, readJobOptions } from '../analysis/options/jobs';
import { optionRecord } from '../analysis/options/validate';
import type { JobPlan } from '../analysis/plan';
import { planJob, planShared, type JobStatement } from '../analysis/planner';
import { toError } from '../analysis/problemCodes';
import type { Connector } from '../connectors/connector';
import type { JobSpec } from '../engine/engine';
import { numberedDatabase } from './dataDirectory';
import type { PlannedJob } from './jobCore';
import { messages } from './messages';
import type { Lookup } from '../syntax/placeholders';
import { unfilled, understandJob } from './scripts';
import type { JobRecord } from './store';
import { recording } from './usedRelations';

export class JobPlanner {
  constructor(
    private readonly dataDir: string,
    private readonly catalog: Catalog,
    private readonly connectors: readonly Connector[],
    /** Options of every job unless its statement says otherwise. */
    private readonly defaults: Record<string, string>,
    private readonly lookup: (settings: Record<string, string>) => Lookup,
  ) {}

  /** @throws StreamJobsError what is wrong with the statement, on its place in it */
  plan(record: JobRecord): PlannedJob {
    const statement = understandJob(record.statement, this.lookup(record.settings));
    const looking = recording(this.catalog);
    const { canary } = record;
    const shared = canary && {
      ...{ present: statement, percent: canary.percent },
      canary: understandJob(canary.statement, this.lookup(canary.settings)),
    };
    const { plan, findings, problems } = shared
      ? planShared(shared, looking, record.name)
      : planJob(statement, looking, record.name);
    const wrong = problems.find(({ severity }) => severity === 'error');
    if (wrong !== undefined) throw toError(wrong);
    if (plan === undefined) throw messages.internal(record.name, 'its statement has no plan');
    for (const table of tablesOf(plan)) {
      const open = unfilled(table.options);
      if (open !== undefined) throw messages.tableUnfilled(table.name, open);
    }
    const options = this.optionsOf(statement, record.settings);
    const { pauseTimeoutMs, warmMs, ...engineOptions } = readJobOptions(options);
    const group = this.consumerGroup(plan, record.name);
    return {
      spec: {
        ...this.bareSpec(record.name, record.database),
        ...{ plan, options: engineOptions, owner: `${record.name}@${record.startedAt}` },
        ...(record.begun === undefined ? {} : { begun: record.begun }),
      },
      pauseTimeoutMs,
      ...(warmMs === undefined ? {} : { warmMs }),
      query: record.statement,
      options,
      ...(group === undefined ? {} : { consumerGroup: group }),
      sinks: plan.sinks.map(({ table }) => ({
        table: table.name,
        connector: table.connector,
        target: this.connector(table)?.target(table) ?? table.name,
        singleWriter: this.connector(table)?.singleWriter === true,
      })),
      reads: [...new Set([...findings.reads, ...this.views(looking.used)])],
      writes: [...findings.writes],
    };
  }

  /** Names what a job kept, without its plan. */
  bareSpec(name: string, database = 0): JobSpec {
    const { onError, delivery, batchRecordsMax } = readJobOptions();
    return {
      name,
      plan: { sinks: [], scans: [] },
      options: { onError, delivery, batchRecordsMax },
      databasePath: numberedDatabase(this.dataDir, name, database),
    };
  }

  private optionsOf(statement: JobStatement, settings: Record<string, string>): Record<string, string> {
    const isNamed = statement.kind === 'startJob' || statement.kind === 'deployJob';
    const own = isNamed ? optionRecord(statement.options) : {};
    return { ...this.defaults, ...onlyJobOptions(settings), ...own };
  }

  private views(names: ReadonlySet<string>): string[] {
    return [...names].filter((name) => this.catalog.relation(name)?.kind === 'view');
  }

  private connector(table: TableDefinition): Connector | undefined {
    return this.connectors.find(({ name }) => name === table.connector);
  }

  private consumerGroup(plan: JobPlan, name: string): string | undefined {
    return plan.scans
      .map(({ table }) => this.connector(table)?.consumerGroup?.(table, name))
      .find((group) => group !== undefined);
  }
}

function tablesOf(plan: JobPlan): TableDefinition[] {
  return [...plan.scans, ...plan.sinks].map(({ table }) => table);
}

function onlyJobOptions(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key in jobOptions));
}
