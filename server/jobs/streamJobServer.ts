// The stream job server as a class: what tests use in process, and what RPC and the command line are adapters of.
import { allConnectors } from '../connectors/connectors';
import type { Clock, Connector } from '../connectors/connector';
import type { Engine } from '../engine/engine';
import type { JobDetails, JobSnapshot } from '../protocol/jobs';
import type { ExecuteResult } from '../protocol/results';
import type { PauseOptions, PeekedRecord, ResumeOptions, TableSummary } from '../protocol/rpc';
import { quoteName } from '../analysis/suggest';
import { parseScript } from '../syntax/script';
import { ChangeFeed } from './changeFeed';
import { openDataDirectory } from './dataDirectory';
import { within } from './deadline';
import type { DiskSpace } from './health';
import type { JobSurroundings } from './jobCore';
import { JobPlanner } from './jobPlanner';
import { JobRegistry } from './jobRegistry';
import { JobStarter } from './jobStarter';
import { LagLoop } from './lagLoop';
import { assertLimits, defaultLimits, type ServerLimits } from './limits';
import { asError, messages } from './messages';
import { Metrics } from './metrics';
import { Previews, type PreviewReceiver, type StartedPreview } from './previews';
import type { Lookup } from '../syntax/placeholders';
import { understand } from './scripts';
import { ServerCatalog } from './serverCatalog';
import { diskSpaceOf, ServerHealth } from './serverHealth';
import { executeScript } from './statements/execute';
import { nextRecordsOf } from './statements/peek';
import { previewPlan, stateCut, stateRows } from './statements/queries';
import type { Store } from './store';
import { tableSummaries } from './tableSummaries';
import { Turnstile } from './turnstile';

export type { PreviewReceiver } from './previews';
export type LogLevel = 'info' | 'warn' | 'error';

export interface ServerOptions {
  /** Holds everything the server keeps; made if it is not there. One server for each. */
  dataDir: string;
  engine: Engine;
  clock: Clock;
  /** Options a job has unless its statement says otherwise, by their SQL names: `'pause.timeout'`. */
  defaults?: Record<string, string>;
  log?: (level: LogLevel, message: string) => void;
  /** What placeholders are filled from where no setting does; the process's environment unless given. */
  environment?: Record<string, string | undefined>;
  limits?: Partial<ServerLimits>;
  /** In place of the file in the data directory. */
  store?: Store;
  connectors?: readonly Connector[];
  /** Space on the disk of the data directory; asked of the system unless given. */
  diskSpace?: () => Promise<DiskSpace | undefined>;
}

/** A job to start, as START JOB does. */
export interface DeployRequest {
  name: string;
  /** INSERT INTO ..., SELECT ... or STATEMENT SET BEGIN ... END. */
  sql: string;
  /** Of the WITH clause. */
  options?: Record<string, string>;
  paused?: boolean;
  by: string;
  /** Values for `${NAME}` placeholders, and SET options. */
  settings?: Record<string, string>;
}

export interface ExecuteOptions {
  /** Kept in the pause history. */
  by: string;
  settings?: Record<string, string>;
  /** Where a top-level SELECT shows its rows; without it such a statement is refused. */
  receiver?: PreviewReceiver;
}

export interface JobsChange {
  jobs: JobSnapshot[];
  /** Names of dropped jobs. */
  removed: string[];
}

export class StreamJobServer {
  private readonly limits: ServerLimits;
  private readonly catalog: ServerCatalog;
  private readonly jobs: JobRegistry;
  private readonly starter: JobStarter;
  private readonly previews: Previews;
  private readonly metrics: Metrics;
  private readonly feed: ChangeFeed;
  private readonly health: ServerHealth;
  private readonly lagLoop: LagLoop;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly options: ServerOptions,
    private readonly store: Store,
  ) {
    const { clock, engine, dataDir, defaults = {}, connectors = allConnectors } = options;
    this.limits = { ...defaultLimits, ...options.limits };
    assertLimits(this.limits);
    this.catalog = new ServerCatalog(store, this.limits.relationsMax);
    this.feed = new ChangeFeed(clock, this.limits.changesMs);
    this.metrics = new Metrics(() => this.jobs.list().map((job) => job.details()), clock);
    const lookups = (settings: Record<string, string>) => this.lookup(new Map(Object.entries(settings)));
    const planner = new JobPlanner(dataDir, this.catalog.catalog, connectors, defaults, lookups);
    this.jobs = new JobRegistry(this.surroundings(planner), this.limits);
    this.starter = new JobStarter(this.jobs, planner, clock);
    this.previews = new Previews(engine, this.limits.previewsMax);
    const diskSpace = options.diskSpace ?? (() => diskSpaceOf(dataDir));
    this.health = new ServerHealth(clock, diskSpace, () => this.tellAll());
    this.lagLoop = new LagLoop(clock, this.limits, () => this.refreshLag());
  }

  /**
   * Opens the data directory; jobs come back as they were, without waiting for their sources.
   * @throws StreamJobsError SERVER_RUNNING when another server holds it, STATE_CORRUPT, STORAGE
   */
  static async open(options: ServerOptions): Promise<StreamJobServer> {
    const store = options.store ?? (await openDataDirectory(options.dataDir));
    try {
      const contents = await store.load();
      const server = new StreamJobServer(options, store);
      for (const record of contents.relations) {
        const wrong = server.catalog.restore(record, server.lookup(new Map(Object.entries(record.settings))));
        if (wrong !== undefined) options.log?.('warn', `${record.name}: ${wrong}`);
      }
      server.jobs.restore(contents.jobs);
      return server;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /**
   * Starts a job; resolves when it reads (or is durably paused).
   * @throws StreamJobsError what is wrong with the statement, or that it cannot begin: then nothing of it is left
   */
  async deploy(request: DeployRequest): Promise<JobDetails> {
    this.mustBeOpen();
    const { name, sql, options = {}, paused = false, by, settings = {} } = request;
    this.jobs.checkName(name);
    const withOptions = Object.entries(options).map(([key, value]) => `${quoted(key)} = ${quoted(value)}`);
    const parts = [
      `START JOB ${quoteName(name)}${paused ? ' PAUSED' : ''} AS`,
      sql.replace(/;\s*$/, ''),
      ...(withOptions.length === 0 ? [] : [`WITH (${withOptions.join(', ')})`]),
    ];
    const statement = parts.join('\n');
    return this.starter.start({ name, statement, paused, by, settings: new Map(Object.entries(settings)) });
  }

  /** @throws StreamJobsError JOB_NOT_FOUND, JOB_NOT_RUNNING, PAUSE_TIMEOUT, STOPPED_MEANWHILE, STORAGE, BAD_REQUEST */
  async pauseJob(name: string, options: PauseOptions): Promise<JobDetails> {
    this.mustBeOpen();
    return this.jobs.get(name).pause(options);
  }

  /** @throws StreamJobsError JOB_NOT_FOUND, JOB_NOT_PAUSED, RESUME_TIMEOUT, DATA_LOSS, STOPPED_MEANWHILE, STORAGE */
  async resumeJob(name: string, options: ResumeOptions): Promise<JobDetails> {
    this.mustBeOpen();
    return this.jobs.get(name).resume(options);
  }

  /** With `force` without a last checkpoint. @throws StreamJobsError JOB_NOT_FOUND, JOB_NOT_RUNNING, STORAGE */
  async stopJob(name: string, { by, force = false }: { by: string; force?: boolean }): Promise<JobDetails> {
    this.mustBeOpen();
    return this.jobs.get(name).stop(by, force);
  }

  /** Removes a job with everything it kept. @throws StreamJobsError JOB_NOT_FOUND, STORAGE */
  async dropJob(name: string, _options: { by: string }): Promise<void> {
    this.mustBeOpen();
    await this.jobs.get(name).drop();
  }

  /** Goes on from the checkpoint. @throws StreamJobsError JOB_NOT_FOUND, JOB_NOT_RUNNING when it is paused */
  async restartJob(name: string, _options: { by: string }): Promise<JobDetails> {
    this.mustBeOpen();
    return this.jobs.get(name).restart();
  }

  /** What a job would process next, in the order a step takes it. @throws StreamJobsError JOB_NOT_FOUND, BAD_REQUEST */
  async peekJob(name: string, records?: number): Promise<PeekedRecord[]> {
    this.mustBeOpen();
    return nextRecordsOf(this.jobs.get(name), records);
  }

  /** @throws StreamJobsError JOB_NOT_FOUND */
  getJobDetails(name: string): JobDetails {
    return this.jobs.get(name).details();
  }

  /** In the order of their names. */
  listJobs(): JobSnapshot[] {
    return this.jobs.list().map((job) => job.snapshot());
  }

  listTables(): TableSummary[] {
    return tableSummaries(this.catalog, this.jobs);
  }

  /** Runs a script in order up to the first failure. Never rejects for what the script says. */
  async execute(sql: string, { by, settings = {}, receiver }: ExecuteOptions): Promise<ExecuteResult> {
    this.mustBeOpen();
    const session = new Map(Object.entries(settings));
    return executeScript(sql, {
      jobs: this.jobs,
      catalog: this.catalog,
      starter: this.starter,
      previews: this.previews,
      limits: this.limits,
      clock: this.options.clock,
      by,
      settings: session,
      lookup: this.lookup(session),
      ...(receiver === undefined ? {} : { receiver }),
    });
  }

  /**
   * Starts a top-level SELECT; its rows go to `receiver` until cancelled, LIMIT or the source's end.
   * @throws StreamJobsError what is wrong with the statement, BAD_REQUEST when it is no SELECT or too many run
   */
  async preview(
    sql: string,
    receiver: PreviewReceiver,
    settings: Record<string, string> = {},
  ): Promise<StartedPreview> {
    this.mustBeOpen();
    const [only, ...more] = parseScript(sql);
    if (only === undefined || more.length > 0) throw messages.notAPreview();
    const statement = understand(only.text, this.lookup(new Map(Object.entries(settings))));
    if (statement.kind !== 'select') throw messages.notAPreview();
    const plan = previewPlan(statement, this.catalog, this.jobs);
    if (plan.state === undefined) return this.previews.start(plan, receiver);
    const found = await stateRows(plan, this.jobs);
    return this.previews.show(found, found.more ? stateCut(found.rows.length) : undefined, receiver);
  }

  /** Does nothing for a preview that has ended. */
  async cancelPreview(id: string): Promise<void> {
    await this.previews.cancel(id);
  }

  /** Calls back with what changed, at most once a second. Returns what ends it. */
  onJobsChanged(listener: (change: JobsChange) => void): () => void {
    return this.feed.listen(({ changed, removed }) => {
      const jobs = changed.flatMap((name) => this.jobs.find(name)?.snapshot() ?? []);
      if (jobs.length + removed.length > 0) listener({ jobs, removed });
    });
  }

  /** How many clients watch: with any, lag is refreshed every second, else every ten. */
  setWatched(count: number): void {
    this.lagLoop.setWatched(count);
  }

  /** Someone looked just now: refresh as if watched for a few seconds. */
  attend(): void {
    this.lagLoop.attend();
  }

  /** Metrics in Prometheus' text format. */
  renderMetrics(): Promise<string> {
    return this.metrics.render();
  }

  /** Checkpoints and closes every job; desired states stay. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.feed.close();
    this.jobs.end();
    await this.lagLoop.stop();
    const { clock, log } = this.options;
    const { endDeadlineMs: ms, graceMs } = this.limits;
    const ending = [this.previews.close(), ...this.jobs.list().map((job) => job.shutDown())];
    const deadline = {
      clock,
      ms: ms - graceMs,
      graceMs,
      late: () => messages.closeTimeout('The server', ms),
    };
    await within(deadline, () => Promise.all(ending)).catch((error: unknown) => {
      log?.('warn', asError(error, 'closing').message);
    });
    await this.store.close();
  }

  private mustBeOpen(): void {
    if (this.closing !== undefined) throw messages.serverClosing();
  }

  private refreshLag(): void {
    void this.health.look();
    for (const job of this.jobs.list()) void job.readLag();
  }

  private tellAll(): void {
    for (const { name } of this.jobs.list()) this.feed.jobChanged(name);
  }

  private lookup(settings: ReadonlyMap<string, string>): Lookup {
    const environment = this.options.environment ?? process.env;
    return (name) => settings.get(name) ?? environment[name];
  }

  private surroundings(planner: JobPlanner): JobSurroundings {
    const { engine, clock, log } = this.options;
    return {
      engine,
      clock,
      store: this.store,
      limits: this.limits,
      meter: this.metrics,
      checkpointReads: new Turnstile(this.limits.checkpointReadsMax),
      log: (level, message) => log?.(level, message),
      plan: (record) => {
        const planned = planner.plan(record);
        this.jobs.checkSinks(record.name, planned.sinks);
        return planned;
      },
      warnings: () => this.health.warnings(),
      bareSpec: (name, database) => planner.bareSpec(name, database),
      changed: (name) => this.feed.jobChanged(name),
      removed: (name) => {
        this.jobs.remove(name);
        this.feed.jobRemoved(name);
      },
    };
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
