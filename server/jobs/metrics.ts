// The server's metrics under their Prometheus names. What is counted here lives as long as the process; what a job
// counts itself is read from its details when somebody asks.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../connectors/connector';
import type { JobDetails } from '../protocol/jobs';
import type { JobMeter } from './jobCore';

/** From a short look to a weekend. */
const pauseSecondsBuckets = [0.1, 1, 5, 30, 60, 300, 1_800, 7_200, 28_800, 86_400, 259_200];

interface PerJob {
  name: string;
  help: string;
  kind: 'counter' | 'gauge';
  /** Null or undefined: the job has no such value now. */
  value: (job: JobDetails, now: number) => number | null | undefined;
}

const perJob: PerJob[] = [
  { name: 'job_records_in_total', kind: 'counter', help: 'Records read.', value: (job) => job.recordsIn },
  {
    name: 'job_records_out_total',
    kind: 'counter',
    help: 'Records written.',
    value: (job) => job.recordsOut,
  },
  {
    name: 'job_records_failed_total',
    kind: 'counter',
    help: 'Records that could not be read or computed.',
    value: (job) => job.recordsFailed,
  },
  {
    name: 'job_records_late_total',
    kind: 'counter',
    help: 'Records that came too late for their window.',
    value: (job) => job.recordsLate,
  },
  {
    name: 'job_dead_letters',
    kind: 'gauge',
    help: 'Bad records kept, absent while unknown.',
    value: (job) => job.deadLetters?.kept,
  },
  {
    name: 'job_batches_total',
    kind: 'counter',
    help: 'Batches committed.',
    value: (job) => job.metrics.batches,
  },
  {
    name: 'job_batch_duration_seconds',
    kind: 'gauge',
    help: 'How long the last batch took.',
    value: (job) => seconds(job.metrics.lastBatchMs),
  },
  {
    name: 'job_checkpoint_duration_seconds',
    kind: 'gauge',
    help: 'How long the last checkpoint took.',
    value: (job) => seconds(job.metrics.lastCheckpointMs),
  },
  {
    name: 'job_state_bytes',
    kind: 'gauge',
    help: 'Size of the state.',
    value: (job) => job.metrics.stateBytes,
  },
  {
    name: 'job_commits_failed_total',
    kind: 'counter',
    help: 'Attempts to commit offsets to consumer groups that failed since the job was opened.',
    value: (job) => job.metrics.commitsFailed,
  },
  {
    name: 'job_kafka_lag',
    kind: 'gauge',
    help: 'Records waiting (of files bytes), absent while unknown.',
    value: (job) => job.kafkaLag,
  },
  {
    name: 'job_kafka_lag_while_paused',
    kind: 'gauge',
    help: 'Records waiting (of files bytes) for a paused job, absent while unknown.',
    value: (job) => (job.state === 'paused' ? job.kafkaLag : undefined),
  },
  {
    name: 'job_retention_horizon_seconds',
    kind: 'gauge',
    help: 'Seconds until retention deletes unread records of a paused job, absent while it does not or nobody knows.',
    value: ({ retentionHorizon }, now) =>
      retentionHorizon === undefined ? undefined : (Date.parse(retentionHorizon) - now) / 1000,
  },
  {
    name: 'job_records_lost',
    kind: 'gauge',
    help: 'Records that retention deleted before they were read.',
    value: (job) => job.lost,
  },
];

export class Metrics implements JobMeter {
  private readonly registry = new Registry();
  private readonly pausedTotal: Counter;
  private readonly resumedTotal: Counter;
  private readonly pauseSeconds: Histogram;
  private readonly errors: Counter;

  constructor(
    jobs: () => JobDetails[],
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    const registers = [this.registry];
    this.pausedTotal = new Counter({ name: 'jobs_paused_total', help: 'Pauses done.', registers });
    this.resumedTotal = new Counter({ name: 'jobs_resumed_total', help: 'Resumes done.', registers });
    this.pauseSeconds = new Histogram({
      name: 'job_pause_duration_seconds',
      help: 'How long jobs were paused.',
      buckets: pauseSecondsBuckets,
      registers,
    });
    this.errors = new Counter({
      name: 'job_pause_resume_errors_total',
      help: 'Pauses and resumes that failed.',
      labelNames: ['op', 'code'],
      registers,
    });
    this.countStates(jobs);
    this.countWarnings(jobs);
    for (const metric of perJob) this.readFromJobs(metric, jobs);
  }

  paused(): void {
    this.pausedTotal.inc();
  }

  resumed(pausedMs: number): void {
    this.resumedTotal.inc();
    this.pauseSeconds.observe(pausedMs / 1000);
  }

  refused(op: 'pause' | 'resume', code: string): void {
    this.errors.inc({ op, code });
  }

  /** In Prometheus' text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  private countStates(jobs: () => JobDetails[]): void {
    const gauge = new Gauge({
      name: 'jobs',
      help: 'Jobs by state.',
      labelNames: ['state'],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const { state } of jobs()) gauge.inc({ state });
      },
    });
  }

  private countWarnings(jobs: () => JobDetails[]): void {
    const gauge = new Gauge({
      name: 'job_warnings',
      help: 'Warnings a job has now, by what they are about.',
      labelNames: ['job', 'kind'],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const { name, metrics } of jobs())
          for (const [kind, count] of Object.entries(metrics.warnings)) gauge.inc({ job: name, kind }, count);
      },
    });
  }

  private readFromJobs({ name, help, kind, value }: PerJob, jobs: () => JobDetails[]): void {
    const configuration = {
      name,
      help,
      labelNames: ['job'],
      registers: [this.registry],
      collect: () => {
        metric.reset();
        for (const job of jobs()) {
          const current = value(job, this.clock.now());
          if (current !== null && current !== undefined) metric.inc({ job: job.name }, current);
        }
      },
    };
    const metric: Counter | Gauge =
      kind === 'counter' ? new Counter(configuration) : new Gauge(configuration);
  }
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
