// One soak: jobs run over input that goes on, while clients and outages do at random what they may; then everything
// is read to its end, and what came out must be what went in.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetails } from '../../server/protocol/jobs';
import { until } from '../kafka/cluster';
import { jobActions } from './jobActions';
import type { Action } from './jobActions';
import { outages } from './outages';
import type { Random } from '../random';
import { topicReader } from './records';
import { checkVersions, versionActions } from './versionActions';
import { Watcher } from './watcher';
import type { SoakJob } from './workload';
import type { World } from './world';

const drainMsMax = 180_000;
const shown = 5;

export interface JobOutcome {
  job: string;
  delivery: string;
  expected: number;
  found: number;
  lost: number;
  repeated: number;
  unexpected: number;
}

export interface SoakOutcome {
  jobs: JobOutcome[];
  longestOutageMs: number;
  lagMax: number;
}

/** Random actions until `ms` have passed, then the end. Problems are in the log. */
export async function soak(world: World, random: Random, ms: number): Promise<SoakOutcome> {
  const { log } = world;
  const ended = AbortSignal.timeout(ms);
  const watcher = new Watcher(world);
  const watching = watcher.run();
  await Promise.all([
    lane(world, [...jobActions, ...versionActions], random, ended, () => random.between(50, 700)),
    lane(world, trackedOutages, random, ended, () => random.between(1000, 6000)),
  ]);
  const { longestOutageMs, lagMax } = watcher;
  log.note('the end: all jobs are resumed and read what there is');
  await drain(world);
  watcher.stop();
  await watching;
  const jobs = await compareAll(world);
  return { jobs, longestOutageMs, lagMax };
}

/** While they last nobody is blamed for standing still. */
const trackedOutages: Action[] = outages.map((outage) => ({
  ...outage,
  run: (world, random) => world.calm.stopped(() => outage.run(world, random)),
}));

/** One action after the other. What an action throws is a problem, and the next one follows. */
async function lane(
  world: World,
  actions: readonly Action[],
  random: Random,
  ended: AbortSignal,
  pauseMs: () => number,
): Promise<void> {
  while (!ended.aborted) {
    await sleep(pauseMs());
    const action = random.weighted(actions);
    world.log.count(action.kind);
    world.log.note(`> ${action.kind}`);
    await action
      .run(world, random)
      .catch((error: unknown) => world.log.problem(`${action.kind}: ${String(error)}`));
  }
}

/** Ends the input, resumes everything, and waits until nothing is left to read; then pauses all. */
async function drain(world: World): Promise<void> {
  const { server, input, log } = world;
  await input.stop();
  await input.closeWindows();
  if (!server.isUp) await server.start();
  for (const { name, reads } of world.jobs) {
    const deadline = performance.now() + drainMsMax;
    const ends = reads === undefined ? [] : [...(await input.ends(reads))];
    const job = await settled(world, name);
    if (job.state === 'paused') {
      world.expectation(name).asked('resume');
      await server.run(`RESUME JOB \`${name}\``);
      world.expectation(name).answered('resume', 'running');
    }
    try {
      await until(async () => {
        const { partitions, state, unpublished = 0 } = await server.job(name);
        const at = new Map(partitions.map(({ partition, position }) => [partition, BigInt(position)]));
        return (
          state === 'running' && unpublished === 0 && ends.every(([of, end]) => (at.get(of) ?? 0n) >= end)
        );
      }, deadline - performance.now());
    } catch {
      const { state, lag, warnings, error, partitions } = await server.job(name);
      log.problem(
        `${name} did not come to the end: ${JSON.stringify({ state, lag, warnings, error, partitions })}`,
      );
    }
    world.expectation(name).asked('pause');
    await server.run(`PAUSE JOB \`${name}\` WITH REASON 'the end'`);
    world.expectation(name).answered('pause', 'paused');
    // A pause does not wait for a broker that is away: what was computed is published in the background.
    await until(async () => ((await server.job(name)).unpublished ?? 0) === 0, drainMsMax);
  }
}

async function settled(world: World, name: string): Promise<JobDetails> {
  let job = await world.server.job(name);
  await until(async () => {
    job = await world.server.job(name);
    return ['running', 'paused', 'failed', 'stopped'].includes(job.state);
  }, drainMsMax);
  return job;
}

async function compareAll(world: World): Promise<JobOutcome[]> {
  const { cluster, log, server } = world;
  const read = topicReader(cluster.kafka);
  const outcomes: JobOutcome[] = [];
  const all = await Promise.all(
    world.jobs.map(async (job) => ({ job, details: await server.job(job.name) })),
  );
  for (const { job, details } of all) await checkBooks(world, job, details);
  for (const { job, details } of all) {
    const mayRepeat = await checkVersions(world, job.name);
    if (mayRepeat) log.note(`${job.name}: going back to a version was answered to repeat rows`);
    const { expected, found, lost, repeated, unexpected } = await job.check(read, details);
    const wrong: [string, string[]][] = [
      ['lost', lost],
      ['unexpected', unexpected],
      ['repeated', job.delivery === 'exactly-once' && !mayRepeat ? repeated : []],
    ];
    for (const [what, records] of wrong)
      if (records.length > 0)
        log.problem(`${job.name}: ${records.length} ${what}: ${records.slice(0, shown).join('; ')} ...`);
    const failed = await job.failed(read);
    if (details.recordsFailed !== failed)
      log.problem(`${job.name} counts ${details.recordsFailed} bad records; there are ${failed}`);
    const { kept = 0, dropped = 0 } = details.deadLetters ?? {};
    if (kept + dropped !== failed)
      log.problem(`${job.name} has ${kept} dead letters and dropped ${dropped}; ${failed} records were bad`);
    if (details.recordsLate !== 0) log.problem(`${job.name} counts ${details.recordsLate} late records`);
    outcomes.push({
      job: job.name,
      delivery: job.delivery,
      expected,
      found,
      lost: lost.length,
      repeated: repeated.length,
      unexpected: unexpected.length,
    });
  }
  return outcomes;
}

/** Histories closed, counters equal to the calls, the group at the job's position. */
async function checkBooks(
  { log, cluster, inputs, expectations }: World,
  { reads }: SoakJob,
  details: JobDetails,
): Promise<void> {
  const { name, pauseHistory, consumerGroup, partitions } = details;
  for (const wrong of expectations.get(name)?.compareCounts(details) ?? []) log.problem(`${name} ${wrong}`);
  const open = pauseHistory.filter(({ resumedAt }) => resumedAt === undefined);
  if (open.length !== 1) log.problem(`${name} has ${open.length} open pauses; it is paused`);
  if (pauseHistory.slice(0, -1).some(({ resumedAt }) => resumedAt === undefined))
    log.problem(`${name} has an open pause before the last`);
  if (consumerGroup === undefined || reads === undefined) return;
  const topic = inputs[reads];
  for (const { partition, position } of partitions)
    await until(async () => {
      const committed = await cluster.committed(consumerGroup, topic, partition);
      // Of a partition that was added at the very end nothing was read, and nothing is committed.
      return committed === BigInt(position) || (committed === -1n && position === '0');
    }).catch(() => log.problem(`${name}: the group is not at ${position} of partition ${partition}`));
}
