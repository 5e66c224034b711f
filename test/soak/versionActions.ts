// What clients do to versions and dead letters of jobs during a soak: every version has the same query, so that what must
// come out stays the same, and bad records stay bad.
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamJobsError } from '../../server/protocol/errors';
import type { Random } from '../random';
import { lookUp } from './jobActions';
import type { Action } from './jobActions';
import { ConnectionLost } from './server';
import type { World } from './world';

export const versionActions: Action[] = [
  { kind: 'deploy', weight: 3, run: deploy },
  {
    kind: 'rollback',
    weight: 1,
    run: (world, random) => change(world, random.pick(world.jobs).name, rollback),
  },
  { kind: 'retry of dead letters', weight: 2, run: retry },
];

/** What a deployment may be refused with while brokers come and go and other clients ask for things. */
const expectedRefusals = new Set([
  ...['JOB_NOT_RUNNING', 'PAUSE_TIMEOUT', 'STOPPED_MEANWHILE', 'DEPLOY_FAILED', 'SOURCE_UNAVAILABLE'],
  // Rows that are not published yet; no earlier version; shares of keys where windows have none.
  ...['SINK_UNAVAILABLE', 'VERSION_NOT_FOUND', 'VERSION_EXISTS'],
]);
/** A version that catches up for longer, since its broker is away, is given up. */
const catchUpMsMax = 10_000;
/** An old version comes to rest, a new one is opened, goes on probation, and perhaps back. */
const answerMsMax = 180_000;

async function deploy(world: World, random: Random): Promise<void> {
  const { name, query, keyed } = random.pick(world.jobs);
  const strategies = ['REPLACE', 'BLUE_GREEN', 'ROLLING', ...(keyed ? ['CANARY(20)', 'CANARY(70)'] : [])];
  const strategy = random.pick(strategies);
  await change(world, name, async () => {
    const canary = await canaryOf(world, name);
    // Another version has to wait for the end of a canary: it gets other keys, or all, or none.
    if (canary !== undefined && random.chance(0.4)) return rollback(world, name);
    const isShare = /CANARY|REPLACE/.test(strategy);
    const version = canary ?? world.nextVersion();
    const how = canary === undefined || isShare ? strategy : 'REPLACE';
    await inTime(world, name, `DEPLOY JOB \`${name}\` VERSION '${version}' AS ${query} STRATEGY ${how}`);
  });
}

async function rollback(world: World, name: string): Promise<void> {
  await inTime(world, name, `ROLLBACK JOB \`${name}\``);
}

/** Whatever it was answered, the job is looked at afterwards. */
async function change(
  world: World,
  name: string,
  act: (world: World, name: string) => Promise<void>,
): Promise<void> {
  world.expectation(name).asked('other');
  try {
    await act(world, name);
  } catch (error) {
    world.log.note(`version of ${name}: ${String(error)}`);
    const isExpected = error instanceof StreamJobsError && expectedRefusals.has(error.code);
    if (!isExpected && !(error instanceof ConnectionLost)) throw error;
  } finally {
    await lookUp(world, [name]);
  }
}

/** A pause ends what takes too long. */
async function inTime({ server, log }: World, name: string, sql: string): Promise<void> {
  const from = performance.now();
  const answer = server.run(sql, { msMax: answerMsMax });
  const ended = new AbortController();
  const late = sleep(catchUpMsMax, true, { signal: ended.signal }).catch(() => false);
  const isLate = await Promise.race([answer.then(() => false).catch(() => false), late]);
  ended.abort();
  if (isLate) await server.run(`PAUSE JOB \`${name}\``).catch(() => undefined);
  const { message = '' } = await answer;
  log.note(`${sql.slice(0, 40)}: ${message} ${(performance.now() - from).toFixed(0)} ms`);
}

async function canaryOf({ server }: World, name: string): Promise<string | undefined> {
  const { rows = [] } = await server.run(`SHOW VERSIONS \`${name}\``);
  const canary = rows.find(([, state]) => state === 'canary');
  return canary === undefined ? undefined : String(canary[0]);
}

/** All of them fail again, and are kept. */
async function retry({ jobs, server, log }: World, random: Random): Promise<void> {
  const { name } = random.pick(jobs);
  const expected = ['JOB_NOT_RUNNING', 'SINK_UNAVAILABLE', 'BAD_REQUEST'];
  try {
    const { message = '' } = await server.run(`RETRY DEAD LETTERS FOR \`${name}\``);
    log.note(message);
    if (!/^(0 dead letters of .* succeeded|.* has no dead letters)/.test(message))
      log.problem(`a retry of what is bad was answered: ${message}`);
  } catch (error) {
    log.note(`retry of ${name}: ${String(error)}`);
    const isExpected = error instanceof StreamJobsError && expected.includes(error.code);
    if (!isExpected && !(error instanceof ConnectionLost)) throw error;
  }
}

/** One version runs, none is on its way. Returns whether an answer said that rows may be repeated. */
export async function checkVersions({ server, log }: World, name: string): Promise<boolean> {
  const { rows = [] } = await server.run(`SHOW VERSIONS \`${name}\``);
  const states = rows.map(([, state]) => state);
  const running = states.filter((state) => state === 'active');
  if (running.length !== 1 || states.includes('deploying'))
    log.problem(`${name} has versions that are ${states.join(', ')}`);
  return rows.some((row) => String(row[6] ?? '').includes('may be repeated'));
}
