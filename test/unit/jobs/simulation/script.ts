// What happens in one simulation, made from its seed before it begins: who asks for what and when, when the server
// crashes, when the clock jumps. A failing script is made shorter by leaving things out.
import { Random } from '../../../random';
import type { Faults } from './machine';

export const jobNames = ['a', 'b', 'c'] as const;
export type JobName = (typeof jobNames)[number];

export type Request =
  | { ask: 'start' | 'startPaused' | 'resume' | 'stop' | 'forceStop' | 'restart' | 'drop' }
  | { ask: 'pause'; cold?: true; forMs?: number }
  | { ask: 'resumeFor'; records: number }
  | { ask: 'deploy'; version: string; strategy: 'REPLACE' | 'BLUE_GREEN' | 'CANARY(30)' | 'CANARY(60)' }
  | { ask: 'rollback' | 'retry' };

/** What a pipeline says by itself; `late` is one that was let go of. */
export type Word = 'finished' | 'badRecord' | 'broken' | 'late';

export type Event = { at: number } & (
  ({ job: JobName } & Request) | { job: JobName; says: Word } | { clockJumpsMs: number } | { crash: true }
);

export interface Script {
  seed: number;
  faults: Faults;
  events: Event[];
}

const lengthMs = 60_000;
const eventsMin = 10;
const eventsMore = 40;
/** Names of versions: few, so that some come twice. */
const versions = 6;

export function scriptOf(seed: number): Script {
  const random = new Random(seed);
  const isCalm = random.chance(0.4);
  const faults: Faults = isCalm
    ? { engine: 0, disk: 0, slow: 0 }
    : { engine: random.next() * 0.25, disk: random.next() * 0.15, slow: random.next() * 0.3 };
  const jobs = jobNames.slice(0, 1 + random.integer(jobNames.length));
  const events = Array.from({ length: eventsMin + random.integer(eventsMore) }, () => eventOf(random, jobs));
  const starts = jobs.map((job): Event => ({ at: random.integer(5), job, ask: 'start' }));
  return { seed, faults, events: [...starts, ...events].sort((a, b) => a.at - b.at) };
}

function eventOf(random: Random, jobs: readonly JobName[]): Event {
  // Many come close together: at the same moment, or a few milliseconds apart.
  const at = random.chance(0.5) ? random.integer(lengthMs) : 5_000 * random.integer(12) + random.integer(60);
  const job = random.pick(jobs);
  const dice = random.next();
  if (dice < 0.06) return { at, crash: true };
  if (dice < 0.1) return { at, clockJumpsMs: (random.next() - 0.5) * 7_200_000 };
  if (dice < 0.18) return { at, job, says: random.pick<Word>(['finished', 'badRecord', 'broken', 'late']) };
  return { at, job, ...requestOf(random) };
}

function requestOf(random: Random): Request {
  const dice = random.next();
  if (dice < 0.35) {
    if (random.chance(0.15)) return { ask: 'pause', forMs: 1 + random.integer(20_000) };
    return random.chance(0.15) ? { ask: 'pause', cold: true } : { ask: 'pause' };
  }
  if (dice < 0.5) return { ask: 'resume' };
  if (dice < 0.6) return { ask: 'resumeFor', records: 1 + random.integer(40) };
  if (dice < 0.72) {
    const strategy = random.pick([
      'REPLACE',
      'BLUE_GREEN',
      'BLUE_GREEN',
      'CANARY(30)',
      'CANARY(60)',
    ] as const);
    return { ask: 'deploy', version: String(2 + random.integer(versions)), strategy };
  }
  if (dice < 0.78) return { ask: 'rollback' };
  if (dice < 0.83) return { ask: 'retry' };
  return {
    ask: random.pick(['start', 'startPaused', 'stop', 'forceStop', 'restart', 'restart', 'drop'] as const),
  };
}
