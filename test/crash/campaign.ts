// Many rounds over all crash points, in an order that follows from the seed, on a few sites at once.
import {
  brokerVariable,
  ofEachTransaction,
  moments,
  pointNames,
  points,
  precursors,
  type Blow,
  type Point,
} from './points';
import { Random } from '../random';
import { Site } from './site';
import { PublishedJob } from './publishedJob';
import { comesTo, kinds, TestJob, type Kind } from './testJob';
import type { TestCluster } from '../kafka/cluster';

/** Rounds on one data directory before its output is compared for the last time and it goes. */
const roundsOfSite = 25;
/** Longest way into a write that is struck in its middle, in microseconds. */
const delayUsMax = 2500;

export interface CampaignOptions {
  seed: number;
  blows: number;
  parallel: number;
  signals?: Blow['signal'][];
  /** Publishes to this cluster, and comes to the points of that too. */
  cluster?: TestCluster;
  points?: readonly Point[];
  /** Called after each round. */
  progress?: (done: number) => void;
}

export interface Summary {
  seed: number;
  /** How often a process was struck, by point. */
  struck: Map<Point, number>;
  /** Rounds that ended without coming to their point; the process was killed all the same. */
  unreached: Map<Point, number>;
  sites: number;
  seconds: number;
  passed: Set<string>;
  /** Durable writes that have no name. */
  unknown: Set<string>;
}

/** @throws Error of the first round that went wrong */
export async function runCampaign(options: CampaignOptions): Promise<Summary> {
  const { seed, blows, parallel, cluster, points: struckPoints = pointNames } = options;
  if (cluster) process.env[brokerVariable] = cluster.address.split(':').at(-1);
  const random = new Random(seed);
  const started = performance.now();
  const summary: Summary = {
    seed,
    struck: new Map(),
    unreached: new Map(),
    sites: 0,
    seconds: 0,
    passed: new Set(),
    unknown: new Set(),
  };
  const plan = planned(blows, struckPoints, random, options.signals ?? ['SIGKILL']);
  const workers = Array.from({ length: parallel }, (_, i) =>
    work(i, plan, new Random(random.next() * 2 ** 32)),
  );
  await Promise.all(workers);
  summary.seconds = (performance.now() - started) / 1000;
  return summary;

  async function work(worker: number, left: Blow[], own: Random): Promise<void> {
    for (let number = worker; left.length > 0; number++) {
      const kind = cluster ? 'published' : (kinds[number % kinds.length] ?? 'rows');
      const blows = taken(left, kind);
      if (blows.length === 0) continue;
      const site = new Site((folder) => jobOf(folder, kind), own);
      summary.sites += 1;
      for (const blow of blows) await strike(site, blow);
      await site.finish();
      const { passed, unknown } = site.seen();
      for (const name of passed) summary.passed.add(name);
      for (const name of unknown) summary.unknown.add(name);
      await site.dispose();
    }
  }

  function jobOf(folder: string, kind: Kind): TestJob {
    return cluster ? new PublishedJob(folder, cluster) : new TestJob(folder, kind);
  }

  async function strike(site: Site, blow: Blow): Promise<void> {
    const first = precursors[blow.point];
    const ways: Blow[] =
      first === undefined ? [blow] : [{ ...blow, ...first, moment: 'after', signal: 'SIGKILL' }, blow];
    for (const way of ways) {
      const counts = (await site.round(way)) ? summary.struck : summary.unreached;
      counts.set(way.point, (counts.get(way.point) ?? 0) + 1);
      options.progress?.(total(summary.struck) + total(summary.unreached));
    }
  }
}

/** Takes what one data directory is for out of what is left. */
function taken(left: Blow[], kind: Kind): Blow[] {
  const mine = left.filter(({ point }) => comesTo(kind, point)).slice(0, roundsOfSite);
  for (const blow of mine) left.splice(left.indexOf(blow), 1);
  return mine;
}

/** All points, moments and signals in turn; the later a turn, the later the passage. */
function planned(blows: number, struck: readonly Point[], random: Random, signals: Blow['signal'][]): Blow[] {
  const plan: Blow[] = [];
  for (let passage = 1; plan.length < blows; passage = (passage % 3) + 1) {
    const turn = struck.flatMap((point) =>
      moments.map((moment): Blow => ({
        point,
        moment,
        passage: passageOf(point, passage),
        signal: random.pick(signals),
        delayUs: random.integer(delayUsMax),
      })),
    );
    plan.push(...random.shuffled(turn));
  }
  return plan.slice(0, blows);
}

/** The first transaction of a server is without rows: it only tells that it is there. */
function passageOf(point: Point, passage: number): number {
  if (points[point] === 'open' || points[point] === 'shutdown') return 1;
  return ofEachTransaction.includes(point) ? passage + 1 : passage;
}

export function total(counts: ReadonlyMap<Point, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** The summary as lines for a person. */
export function summaryText(summary: Summary): string {
  const { seed, struck, unreached, sites, seconds } = summary;
  const kills = total(struck);
  const reached = new Set([...struck.keys(), ...unreached.keys()]);
  const lines = [...reached]
    .sort()
    .map(
      (point) => `  ${point.padEnd(24)} ${struck.get(point) ?? 0}, not reached ${unreached.get(point) ?? 0}`,
    );
  return [
    ...lines,
    `seed ${seed}: ${kills} strikes at ${struck.size} of ${reached.size} points on ${sites} data directories, ` +
      `${total(unreached)} ended elsewhere, nothing lost, nothing repeated; ` +
      `${seconds.toFixed(0)} s, ${((kills + total(unreached)) / seconds).toFixed(1)} rounds/s`,
  ].join('\n');
}
