// What is outside of the fake engine: the log, whose records are numbers that count up, and what its databases keep.
import type { PreviewPlan } from '../../../server/analysis/plan';
import type { LogPlace } from '../../../server/connectors/connector';
import type {
  DeadLetter,
  DeadLetterCounts,
  CommitHealth,
  JobPositions,
  PipelineCounters,
  StateRows,
  StreamLog,
} from '../../../server/engine/engine';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { FakePipeline } from './fakePipeline';

export type Call =
  'open' | 'run' | 'quiesce' | 'close' | 'retry' | 'carryOver' | 'stepForward' | 'forget' | 'reposition';
/** How a call goes: `hang` never answers, `heed` and `late` answer once the signal fired, with an error or after all. */
export type Behaviour = 'ok' | 'fail' | 'unavailable' | 'dataLoss' | 'hang' | 'heed' | 'late';

export const stream = 'orders';

/** What the jobs' databases and the log hold: it survives crashes. */
export class FakeWorld {
  /** How long reading the checkpoint of a closed job takes. */
  inspectMs = 1;
  readonly committed = new Map<string, bigint>();
  /** A run to a position takes its records only by `process`. */
  holdSteps = false;
  /** Start and end of the log, null while nobody can ask it. */
  log: { start: bigint; end: bigint } | null = { start: 0n, end: 1_000n };
  /** What its offsets count. */
  unit: 'records' | 'bytes' = 'records';
  /** There is no log to open. */
  isTopicAway = false;
  /** Which log there is, and which one the positions are of. */
  identity = 'first';
  known = 'first';
  /** Where the group of the job is said to be; undefined where nobody knows. */
  group: { told: bigint; committed: bigint | null } | undefined;
  /** How often the outside was told again. */
  told = 0;
  oldestAt: number | null = null;
  horizon: number | null = null;
  /** The same of a record that were written now. */
  comingHorizon: number | null = null;
  readonly repositioned = new Map<string, number>();
  /** Telling the group fails. */
  failingCommits: CommitHealth['failing'];
  dropped: string[] = [];
  /** Dead letters by job, the newest first. */
  readonly letters = new Map<string, DeadLetter[]>();
  /** Dead letters that had to make room for newer ones. */
  lettersDropped = 0;
  private readonly next = new Map<Call, Behaviour>();

  /** The next call of this kind goes like this, the ones after it well. */
  misbehave(call: Call, behaviour: Behaviour): void {
    this.next.set(call, behaviour);
  }
  letterCounts(job: string): { deadLetters: DeadLetterCounts } {
    return { deadLetters: { kept: this.lettersOf(job).length, dropped: this.lettersDropped, retried: 0 } };
  }
  lettersOf(job: string): DeadLetter[] {
    return this.letters.get(job) ?? [];
  }
  /** What a pipeline has read is durable now, with its results. */
  commit({ key, position }: Pick<FakePipeline, 'key' | 'position'>): void {
    this.committed.set(key, position);
  }
  /** Of a job that is dropped: one of its databases, and what all of them kept. */
  forget(name: string, key: string): void {
    this.committed.delete(key);
    this.letters.delete(name);
    this.dropped.push(name);
  }
  behaveWell(): void {
    this.next.clear();
  }
  /** The log as a job at `position` meets it; a moment is the offset it stands for. */
  logs(position: bigint, place?: LogPlace): StreamLog[] {
    const { log, identity, known, group } = this;
    if (log === null) throw new StreamJobsError('SOURCE_UNAVAILABLE', 'The broker is away.');
    const { start, end } = log;
    const targets = { earliest: start, latest: end, timestamp: 0n };
    const target = place?.kind === 'timestamp' ? BigInt(place.at) : targets[place?.kind ?? 'earliest'];
    const at = { partition: 0, position, start, end, ...(place === undefined ? {} : { target }), ...group };
    return [{ stream, unit: this.unit, recreated: identity !== known, identity, known, partitions: [at] }];
  }

  take(call: Call): Behaviour {
    const behaviour = this.next.get(call) ?? 'ok';
    this.next.delete(call);
    return behaviour;
  }
}

/** One row that says where it is from. */
export function stateRows({ input, state }: PreviewPlan, from: string): StateRows {
  const columns = input.columns.slice(0, state?.shown).map(({ name }) => ({ name, type: 'STRING' }));
  return { columns, rows: [columns.map(() => from)], more: false };
}

export function positionsAt(position: bigint): JobPositions {
  return new Map([[stream, new Map([[0, position]])]]);
}

export function countersAt(position: bigint): PipelineCounters {
  return {
    recordsIn: Number(position),
    recordsOut: Number(position),
    recordsFailed: 0,
    recordsLate: 0,
    batches: 1 + Number(position),
    lastBatchMs: 2.345678901234,
    lastCheckpointMs: 0.987654321098,
    stateBytes: 0,
    watermark: null,
    out: { big_orders: Number(position) },
  };
}
