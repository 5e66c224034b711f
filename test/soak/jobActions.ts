// What clients do to jobs during a soak: pause, resume, and all at once. Answers go into the expectations.
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDetails } from '../../server/protocol/jobs';
import * as protocol from '../../server/protocol/rpc';
import type { Random } from '../random';
import { ConnectionLost } from './server';
import type { World } from './world';

export interface Action {
  kind: string;
  weight: number;
  run: (world: World, random: Random) => Promise<void>;
}

export const jobActions: Action[] = [
  { kind: 'pause', weight: 8, run: (world, random) => change(world, random.pick(world.jobs).name, 'pause') },
  {
    kind: 'resume',
    weight: 12,
    run: (world, random) => change(world, random.pick(world.jobs).name, 'resume'),
  },
  {
    kind: 'pause for a moment',
    weight: 4,
    run: async (world, random) => {
      const { name } = random.pick(world.jobs);
      await change(world, name, 'pause');
      await sleep(random.between(0, 300));
      await change(world, name, 'resume');
    },
  },
  {
    kind: 'pause cold',
    weight: 3,
    run: (world, random) => change(world, random.pick(world.jobs).name, 'pause', 'COLD'),
  },
  { kind: 'pause all', weight: 1, run: (world) => changeAll(world, 'PAUSE') },
  { kind: 'resume all', weight: 2, run: (world) => changeAll(world, 'RESUME') },
  { kind: 'ten clients at once', weight: 2, run: storm },
  { kind: 'client that leaves', weight: 2, run: leaveMeanwhile },
  { kind: 'restart', weight: 1, run: restart },
  { kind: 'step', weight: 3, run: step },
];

type Verb = 'pause' | 'resume';
/** What may be answered while brokers come and go; anything else is a finding. */
const expectedRefusals = new Set([
  'JOB_NOT_RUNNING',
  'JOB_NOT_PAUSED',
  'PAUSE_TIMEOUT',
  'RESUME_TIMEOUT',
  'SOURCE_UNAVAILABLE',
  'SINK_UNAVAILABLE',
]);

/** Asks for a pause or resume, and keeps what was answered. */
export async function change(world: World, job: string, verb: Verb, more = ''): Promise<void> {
  const { server, log } = world;
  const expectation = world.expectation(job);
  const before = expectation.wanted;
  const from = performance.now();
  expectation.asked(verb);
  try {
    await server.run(`${verb.toUpperCase()} JOB \`${job}\` ${more}`);
    // One that is paused and warm goes cold without another pause.
    const isOne = more !== 'COLD' || before === 'running';
    expectation.answered(isOne ? verb : 'other', verb === 'pause' ? 'paused' : 'running');
    log.note(`${verb} ${job} ${more}: ${(performance.now() - from).toFixed(0)} ms`);
  } catch (error) {
    log.note(`${verb} ${job} ${more}: ${String(error)}`);
    if (error instanceof ConnectionLost) return;
    if (!(error instanceof StreamJobsError)) throw error;
    // After a connection was lost it may be on its way somewhere, as in a step that goes on.
    expectation.refused(verb, before === undefined ? undefined : afterRefusal(error.code, verb));
    const notSo = error.code === 'JOB_NOT_RUNNING' || error.code === 'JOB_NOT_PAUSED';
    const already = verb === 'pause' ? 'paused' : 'running';
    if (notSo && before !== undefined && before !== already)
      log.problem(`${verb} ${job} was refused though it was ${before}: ${error.message}`);
    if (!expectedRefusals.has(error.code)) log.problem(`${verb} ${job}: ${error.code} ${error.message}`);
  }
}

function afterRefusal(code: string, verb: Verb): 'running' | 'paused' | undefined {
  switch (code) {
    case 'JOB_NOT_RUNNING':
    case 'RESUME_TIMEOUT':
      return 'paused';
    case 'JOB_NOT_PAUSED':
    case 'PAUSE_TIMEOUT':
      return 'running';
    default:
      return verb === 'pause' ? 'running' : 'paused';
  }
}

/** PAUSE ALL and RESUME ALL answer for each job; what became of them is looked up. */
async function changeAll(world: World, verb: 'PAUSE' | 'RESUME'): Promise<void> {
  const names = world.jobs.map(({ name }) => name);
  for (const name of names) world.expectation(name).asked('other');
  await world.server.run(`${verb} ALL JOBS`).catch((error: unknown) => {
    world.log.note(`${verb} ALL: ${String(error)}`);
    if (!(error instanceof StreamJobsError || error instanceof ConnectionLost)) throw error;
  });
  await lookUp(world, names);
}

/** Ten clients that pause and resume one job at random, all at the same time. */
async function storm(world: World, random: Random): Promise<void> {
  const { name } = random.pick(world.jobs);
  world.expectation(name).asked('other');
  const plans = Array.from({ length: 10 }, () =>
    Array.from({ length: 5 }, () => (random.next() < 0.5 ? 'PAUSE' : 'RESUME')),
  );
  const codes = new Set<string>();
  await Promise.all(
    plans.map(async (plan) => {
      const rpc = await world.server.connect().catch(() => undefined);
      for (const verb of rpc ? plan : [])
        await world.server.run(`${verb} JOB \`${name}\``, { rpc }).catch((error: unknown) => {
          codes.add(error instanceof StreamJobsError ? error.code : 'lost');
        });
      rpc?.dispose();
    }),
  );
  codes.delete('lost');
  for (const code of codes)
    if (!expectedRefusals.has(code)) world.log.problem(`ten clients at ${name}: ${code}`);
  await lookUp(world, [name]);
}

/** A client that asks for a pause and is gone before the answer: it happens, or it does not, but never half. */
async function leaveMeanwhile(world: World, random: Random): Promise<void> {
  const { name } = random.pick(world.jobs);
  const rpc = await world.server.connect().catch(() => undefined);
  if (!rpc) return;
  world.expectation(name).asked('other');
  rpc.sendRequest(protocol.pauseJob, { name, options: { by: 'leaves' } }).catch(() => undefined);
  await sleep(random.between(0, 20));
  rpc.end();
  rpc.dispose();
  await lookUp(world, [name]);
  // It may still be on its way.
  world.expectation(name).asked('pause');
}

async function restart(world: World, random: Random): Promise<void> {
  const { name } = random.pick(world.jobs);
  world.expectation(name).asked('other');
  await world.server.run(`RESTART JOB \`${name}\``).catch((error: unknown) => {
    world.log.note(`restart ${name}: ${String(error)}`);
    if (!(error instanceof StreamJobsError || error instanceof ConnectionLost)) throw error;
  });
  await lookUp(world, [name]);
}

/** So many records more, and not one besides, then it is paused again. */
async function step(world: World, random: Random): Promise<void> {
  const { server, log } = world;
  const { name } = random.pick(world.jobs);
  const records = random.between(1, 500);
  world.expectation(name).asked('other');
  try {
    await server.run(`PAUSE JOB \`${name}\``).catch(unlessExpected);
    const { starts } = server;
    const before = await server.job(name);
    if (before.state !== 'paused') return;
    await server.run(`RESUME JOB \`${name}\` FOR ${records} RECORDS`);
    const after = await pausedAgain(world, name);
    if (after !== undefined && server.starts === starts && after.recordsIn !== before.recordsIn + records)
      log.problem(`${name} read ${after.recordsIn - before.recordsIn} records in a step of ${records}`);
  } catch (error) {
    log.note(`step of ${name}: ${String(error)}`);
    if (!(error instanceof ConnectionLost)) unlessExpected(error);
  } finally {
    await lookUp(world, [name]);
  }
}

function unlessExpected(error: unknown): void {
  if (!(error instanceof StreamJobsError && expectedRefusals.has(error.code))) throw error;
}

/** The job when its step has ended; undefined when that takes long, since there is nothing to read or no broker. */
async function pausedAgain({ server }: World, name: string): Promise<JobDetails | undefined> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const job = await server.job(name);
    if (job.state === 'paused') return job;
    await sleep(50);
  }
  return undefined;
}

/** Takes what jobs came to as the truth, once their transitions are over; without a server it stays unknown. */
export async function lookUp(world: World, names: string[]): Promise<void> {
  const { calm } = world;
  for (const name of names) {
    const from = calm.ms;
    try {
      for (;;) {
        const job = await world.server.job(name);
        if (['running', 'paused', 'failed', 'stopped'].includes(job.state)) {
          world.expectation(name).rebase(job);
          break;
        }
        if (calm.ms - from > 60_000) {
          world.log.problem(`${name} has been ${job.state} for a minute`);
          break;
        }
        await sleep(50);
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      world.expectation(name).lost();
    }
  }
}
