// `npm run soak [-- --minutes 30] [--seed N]`: everything at random for a while, then nothing lost, nothing repeated.
// `npm run soak -- --matrix`: the rows of the failure matrix on a broker, at their full length.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { missingForBroker } from '../kafka/jars';
import { EventLog } from './eventLog';
import { Random } from '../random';
import { soak } from './soak';
import type { SoakOutcome } from './soak';
import { World } from './world';

const root = path.join(__dirname, '../..');
const progressMs = 15_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string' },
      matrix: { type: 'boolean', default: false },
    },
  });
  if (values.matrix) return matrix();
  const minutes = Number(values.minutes);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!(minutes > 0) || !Number.isInteger(seed))
    throw new Error('Usage: soak [--minutes 30] [--seed N] [--matrix]');
  const missing = await missingForBroker();
  if (missing !== undefined) {
    report({ skipped: missing });
    console.warn(`\n*** SOAK SKIPPED: ${missing} ***\n`);
    return process.env.CI === undefined ? 0 : 1;
  }
  const log = new EventLog(path.join(root, 'out/soak', `seed-${seed}`));
  console.log(`soak of ${minutes} minutes with seed ${seed}`);
  const outcome = await run(log, seed, minutes * 60_000);
  console.log(summary(log, outcome, seed));
  const failed = log.problems.length > 0;
  report({ numPassedTests: failed ? 0 : 1, numFailedTests: failed ? 1 : 0 });
  if (failed)
    console.log(`What happened is in ${log.folder}; npm run soak -- --seed ${seed} chooses the same again.`);
  else rmSync(log.folder, { recursive: true });
  return failed ? 1 : 0;
}

/** The tests whose names begin with a row, those that take minutes as well. */
function matrix(): number {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const tests = ['run', '--config', 'vitest.kafka.config.mts', '-t', 'row \\d+:', '--testTimeout', '600000'];
  const env = { ...process.env, STREAM_JOBS_LONG: 'yes' };
  return spawnSync(process.execPath, [vitest, ...tests], { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

async function run(log: EventLog, seed: number, ms: number): Promise<SoakOutcome | undefined> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-soak-'));
  let world: World | undefined;
  const progress = setInterval(() => {
    const done = [...log.counts.values()].reduce((sum, count) => sum + count, 0);
    console.log(`${log.seconds.toFixed(0)} s: ${world?.input.records ?? 0} records in, ${done} actions`);
  }, progressMs);
  try {
    world = await World.start(folder, log);
    return await soak(world, new Random(seed), ms);
  } catch (error) {
    log.problem(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return undefined;
  } finally {
    clearInterval(progress);
    await world?.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function summary(log: EventLog, outcome: SoakOutcome | undefined, seed: number): string {
  const actions = [...log.counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `  ${String(count).padStart(6)} ${kind}`);
  const jobs = (outcome?.jobs ?? []).map(
    ({ job, delivery, expected, found, lost, repeated, unexpected }) =>
      `  ${job.padEnd(10)} ${delivery.padEnd(14)} ${expected} expected, ${found} found, ${lost} lost, ${repeated} repeated, ${unexpected} unexpected`,
  );
  const outage = ((outcome?.longestOutageMs ?? 0) / 1000).toFixed(1);
  return [
    `\nSoak with seed ${seed}, ${log.seconds.toFixed(0)} s`,
    'Actions:',
    ...actions,
    'Jobs:',
    ...jobs,
    `Longest time without progress ${outage} s, greatest lag ${outcome?.lagMax ?? 0}`,
    log.problems.length === 0 ? 'Nothing lost, nothing repeated.' : `${log.problems.length} PROBLEMS:`,
    ...log.problems.map((problem) => `  ${problem}`),
  ].join('\n');
}

/** For `npm test`, which counts. */
function report(result: object): void {
  const folder = path.join(root, 'out/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'soak.json'), JSON.stringify(result));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
