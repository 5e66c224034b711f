// Runs a job against fake sources and sinks: straight through, or stopped and reopened again and again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JobPlan } from '../../../server/analysis/plan';
import { createEngine } from '../../../server/engine/createEngine';
import type { Engine, JobOptions, JobSpec, Pipeline } from '../../../server/engine/engine';
import type { StreamJobsError } from '../../../server/protocol/errors';
import type { FakeRecord, FakeWorld } from './fakes';

export const never = new AbortController().signal;

/** A job over a fake world with its database in a folder of its own. */
export class TestJob {
  readonly engine: Engine;
  readonly spec: JobSpec;
  readonly pauseReasons: string[] = [];
  readonly troubles: (string | null)[] = [];
  /** Resolves when the job finished, rejects when it failed. */
  ended: Promise<void> = Promise.resolve();
  #end: { resolve: () => void; reject: (error: StreamJobsError) => void } | undefined;
  #pauseWanted: (() => void) | undefined;
  #reached: (() => void) | undefined;
  pipeline: Pipeline | undefined;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'engine-'));

  constructor(
    readonly world: FakeWorld,
    plan: JobPlan,
    options: Partial<JobOptions> = {},
  ) {
    this.engine = createEngine(world.engineOptions);
    this.spec = {
      name: 'job',
      plan,
      options: { onError: 'dead-letter', delivery: 'exactly-once', batchRecordsMax: 1000, ...options },
      databasePath: path.join(this.#folder, 'job.db'),
    };
  }

  async open(signal = never): Promise<Pipeline> {
    this.ended = new Promise((resolve, reject) => (this.#end = { resolve, reject }));
    this.ended.catch(() => undefined);
    this.pipeline = await this.engine.open(
      this.spec,
      {
        finished: () => this.#end?.resolve(),
        failed: (error) => this.#end?.reject(error),
        pauseWanted: (reason) => {
          this.pauseReasons.push(reason);
          this.#pauseWanted?.();
        },
        trouble: (message) => this.troubles.push(message),
        reached: () => this.#reached?.(),
      },
      signal,
    );
    return this.pipeline;
  }
  pauseWanted(): Promise<void> {
    return new Promise((resolve) => (this.#pauseWanted = resolve));
  }
  /** Resolves when the next `runTo` has come to its targets. */
  reached(): Promise<void> {
    return new Promise((resolve) => (this.#reached = resolve));
  }
  async start(): Promise<Pipeline> {
    const pipeline = await this.open();
    await pipeline.run(never);
    return pipeline;
  }
  async reopen(): Promise<Pipeline> {
    await this.pipeline?.close();
    return this.start();
  }
  async dispose(): Promise<void> {
    await this.pipeline?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** To the end, without a stop. */
export async function runThrough(job: TestJob): Promise<void> {
  await job.start();
  await job.ended;
}

/** Records come a few at a time; after each few the job is paused, and every second time closed and opened again. */
export async function runWithStops(job: TestJob): Promise<void> {
  const waiting: { stream: string; partition: number; record: FakeRecord }[] = [];
  for (const [stream, log] of job.world.logs) {
    log.bounded = false;
    for (const [partition, records] of log.partitions.entries())
      for (const record of records.splice(0)) waiting.push({ stream, partition, record });
  }
  let pipeline = await job.start();
  for (let stop = 0; waiting.length > 0; stop++) {
    for (const { stream, partition, record } of waiting.splice(0, 3))
      job.world.logs.get(stream)?.append(partition, record);
    const committed = [...job.world.logs.values()].map((log) => log.allCommitted());
    await Promise.race([Promise.all(committed), job.ended]);
    await pipeline.quiesce(never);
    if (stop % 2 === 0) pipeline = await job.reopen();
    else await pipeline.run(never);
  }
  for (const log of job.world.logs.values()) log.end();
  await job.ended;
}
