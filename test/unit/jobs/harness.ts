// Jobs over a fake engine, store and clock, with crashes.
import { Job } from '../../../server/jobs/job';
import type { JobMeter, JobSurroundings, PlannedJob } from '../../../server/jobs/jobCore';
import { defaultLimits } from '../../../server/jobs/limits';
import type { JobRecord } from '../../../server/jobs/store';
import { Turnstile } from '../../../server/jobs/turnstile';
import { StreamJobsError } from '../../../server/protocol/errors';
import { FakeClock } from './fakeClock';
import { FakeEngine } from './fakeEngine';
import { FakeDisk, FakeStore } from './fakeStore';
import { FakeWorld, stream } from './fakeWorld';

/** One server's worth of jobs; `crash` leaves what is on the disk and comes back. */
export class Harness {
  readonly clock = new FakeClock();
  readonly world = new FakeWorld();
  readonly disk = new FakeDisk();
  readonly met = { paused: 0, resumed: 0, refused: [] as string[] };
  readonly log: string[] = [];
  readonly removed: string[] = [];
  engine = new FakeEngine(this.world, this.clock);
  jobs = new Map<string, Job>();
  private store = new FakeStore(this.disk, this.clock);
  private lives = 0;

  get job(): Job {
    const job = this.jobs.get(stream);
    if (job === undefined) throw new Error('There is no job.');
    return job;
  }

  /** Creates the job, not started yet. */
  create(change: Partial<JobRecord> = {}): Job {
    const at = this.clock.now();
    const record: JobRecord = {
      name: stream,
      version: '1',
      statement: 'START JOB orders AS INSERT INTO big_orders SELECT * FROM orders',
      settings: {},
      startedAt: at,
      desired: 'running',
      pauses: 0,
      resumes: 0,
      ...change,
    };
    const job = Job.create(this.around(), record);
    this.jobs.set(job.name, job);
    return job;
  }

  /** A job that runs. */
  async running(): Promise<Job> {
    await this.clock.until(this.create().start());
    return this.job;
  }

  async paused(by = 'ada'): Promise<Job> {
    const job = await this.running();
    await this.clock.until(job.pause({ by }));
    return job;
  }

  /** kill -9, and a new server on the same disk. */
  crash(): void {
    this.engine.cut();
    this.store.cut();
    this.lives += 1;
    this.engine = new FakeEngine(this.world, this.clock);
    this.store = new FakeStore(this.disk, this.clock);
    this.jobs = new Map();
    const around = this.around();
    for (const record of this.disk.jobs.values()) {
      const stored = structuredClone({ record, pauses: this.disk.history(record.name) });
      this.jobs.set(record.name, Job.restore(around, stored));
    }
    for (const job of this.jobs.values()) job.comeBack();
  }

  private around(): JobSurroundings {
    const life = this.lives;
    const meter: JobMeter = {
      paused: () => void (this.met.paused += 1),
      resumed: () => void (this.met.resumed += 1),
      refused: (_operation, code) => void this.met.refused.push(code),
    };
    return {
      engine: this.engine,
      clock: this.clock,
      store: this.store,
      limits: defaultLimits,
      meter,
      warnings: () => [],
      checkpointReads: new Turnstile(defaultLimits.checkpointReadsMax),
      log: (level, message) => void this.log.push(`${level} ${message}`),
      plan: (record) => plannedJob(record.name, record.database),
      bareSpec: (name, database) => plannedJob(name, database).spec,
      changed: () => undefined,
      removed: (name) => {
        if (this.lives !== life) return;
        this.jobs.delete(name);
        this.removed.push(name);
      },
    };
  }
}

function plannedJob(name: string, database = 0): PlannedJob {
  return {
    spec: {
      name,
      plan: { sinks: [], scans: [] },
      options: { onError: 'fail', delivery: 'at-least-once', batchRecordsMax: 1000 },
      databasePath: database === 0 ? `jobs/${name}.db` : `jobs/${name}/${database}.db`,
    },
    pauseTimeoutMs: defaultLimits.pauseDeadlineMs,
    query: 'INSERT INTO big_orders SELECT * FROM orders',
    options: {},
    sinks: [{ table: 'big_orders', connector: 'blackhole', target: 'big_orders', singleWriter: false }],
    reads: ['orders'],
    writes: ['big_orders'],
  };
}

/** The code a request was refused with, or `done`. */
export async function outcome(clock: FakeClock, request: Promise<unknown>): Promise<string> {
  const answered = request.then(
    () => 'done',
    (error: unknown) => (error instanceof StreamJobsError ? error.code : String(error)),
  );
  return clock.until(answered);
}
