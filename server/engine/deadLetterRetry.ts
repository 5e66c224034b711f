// RETRY DEAD LETTERS: stored records as batches of their own, between those of the sources. Positions stay, letters
// that succeed leave in the transaction of their results, and event time is that of the job: what is too late by now
// counts as late.
import type { RecordBatch } from '../connectors/connector';
import type { Computed } from './deliveries';
import { nextDeadLetters, retryRange } from './deadLetterTable';
import type { RetryRange, StoredLetter } from './deadLetterTable';
import type { DeadLetters } from './deadLetters';
import type { RetryOutcome } from './engine';
import { InputTable } from './inputTable';
import type { Slice } from './inputTable';
import { MicroBatch } from './microBatch';
import type { EventTime, PreparedBatch } from './microBatch';
import { packParts } from './packedRows';
import type { PipelineSpec, Session } from './session';
import { StreamJobsError } from '../protocol/errors';

/** One RETRY statement: what it is about, how far it is, and who waits for it. */
export class Retry {
  readonly outcome: RetryOutcome = { succeeded: 0, failed: 0, unfit: 0, left: 0 };
  range: RetryRange | undefined;
  /** The last letter that was tried. */
  after = 0;
  readonly done: Promise<RetryOutcome>;
  #settle: { resolve: (outcome: RetryOutcome) => void; reject: (error: unknown) => void } | undefined;

  constructor(readonly only: number | undefined) {
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.done.catch(() => undefined);
    if (only !== undefined) this.after = only - 1;
  }

  /** These are durable. */
  count({ succeeded, failed }: TriedLetters): void {
    this.outcome.succeeded += succeeded;
    this.outcome.failed += failed;
  }

  /** It is over, early or not. */
  end(): void {
    const { range, outcome } = this;
    outcome.left = (range?.fit ?? 0) - outcome.succeeded - outcome.failed;
    this.#settle?.resolve(outcome);
  }
  fail(error: unknown): void {
    this.#settle?.reject(error);
  }
}

/** A batch of letters, and which of them is where. */
export interface LetterBatch {
  batch: PreparedBatch;
  /** By scan, in the order of its records. */
  letters: StoredLetter[][];
}

/** What came of a batch of letters, not durable yet. */
export interface TriedLetters {
  computed: Computed;
  succeeded: number;
  failed: number;
}

/** Makes and computes the batches of retries. */
export class RetryBatches {
  readonly #microBatch: MicroBatch;
  readonly #time: EventTime;
  #tables: InputTable[] | undefined;

  constructor(
    private readonly spec: PipelineSpec,
    private readonly session: Session,
    private readonly deadLetters: DeadLetters,
  ) {
    const { database, program, times } = session;
    const encoders = spec.outputs.map(({ encoder }) => encoder);
    // Letters stay letters, whatever `on.error` is by now.
    this.#microBatch = new MicroBatch(database, program, encoders, 'dead-letter');
    this.#time = {
      observe: () => undefined,
      end: () => undefined,
      restore: () => times.restore(),
      before: (scan) => times.before(scan),
      after: (scan) => times.after(scan),
    };
  }

  /** The next letters; undefined when there are no more. Throws BAD_REQUEST when the one asked for is not there. */
  async next(retry: Retry): Promise<LetterBatch | undefined> {
    const streams = this.spec.scans.map(({ table }) => table.name);
    const { database } = this.session;
    if (retry.range === undefined) {
      retry.range = await database.reading((reader) => retryRange(reader, streams, retry.only));
      retry.outcome.unfit = retry.range.unfit;
      if (retry.only !== undefined && retry.range.last === 0) throw noLetter(this.spec.jobName, retry.only);
    }
    const { last } = retry.range;
    const found = await database.reading((reader) => nextDeadLetters(reader, streams, retry.after, last));
    if (found.length === 0) return undefined;
    retry.after = found.at(-1)?.number ?? retry.after;
    return this.#batchOf(found);
  }

  async #batchOf(found: StoredLetter[]): Promise<LetterBatch> {
    this.#tables ??= this.session.program.scans.map(
      ({ index, input }) => new InputTable(this.session.database, `raw_${index}_retry`, input),
    );
    const inputs: PreparedBatch['inputs'] = [];
    const letters: StoredLetter[][] = [];
    for (const [index, table] of this.#tables.entries()) {
      const stream = this.spec.scans[index]?.table.name;
      const slices = slicesOf(found.filter((letter) => letter.stream === stream));
      letters.push(slices.flatMap((slice) => slice.letters));
      await table.fill(slices);
      inputs.push({ table, slices });
    }
    return { letters, batch: { inputs, records: found.length, ended: [], final: false } };
  }

  /** Leaves the transaction of its state open. The caller rolls back when it rejects. */
  async compute({ batch, letters }: LetterBatch): Promise<TriedLetters> {
    const { clock } = this.spec;
    const startedAt = clock.monotonic();
    const result = await this.#microBatch.compute(batch, this.#time, false, clock.now());
    const failed = new Map<StoredLetter, string>();
    for (const { scan, index, reason } of result.bad) {
      const letter = scan && letters[scan.index]?.[index];
      if (letter) failed.set(letter, reason);
    }
    // They were counted as failed when they came; only rows of several records are new.
    result.bad = result.bad.filter(({ scan }) => scan === undefined);
    const succeeded = letters.flat().filter((letter) => !failed.has(letter));
    const work = this.deadLetters.settle(succeeded, failed, batch, result.bad);
    const computed = { batch, result, processed: () => [], startedAt, stateBytes: null, letters: work };
    return { computed, succeeded: succeeded.length, failed: failed.size };
  }

  /** Lets go of the records in memory. */
  async clear(): Promise<void> {
    for (const table of this.#tables ?? []) await table.fill([]);
  }
}

function noLetter(job: string, number: number): StreamJobsError {
  return new StreamJobsError('BAD_REQUEST', `${job} has no dead letter ${number}.`, {
    hint: `SHOW DEAD LETTERS FOR ${job} lists them.`,
  });
}

/** Letters of one stream as a source gives records: a batch for each partition. */
function slicesOf(letters: StoredLetter[]): (Slice & { letters: StoredLetter[] })[] {
  const partitions = new Map<number, StoredLetter[]>();
  for (const letter of letters) {
    const own = partitions.get(letter.partition ?? 0) ?? [];
    partitions.set(letter.partition ?? 0, own);
    own.push(letter);
  }
  return [...partitions].map(([partition, own]) => ({
    batch: recordsOf(partition, own),
    from: 0,
    to: own.length,
    letters: own,
  }));
}

function recordsOf(partition: number, letters: StoredLetter[]): RecordBatch {
  const offsets = letters.map(({ offset }) => offset ?? 0n);
  const baseOffset = offsets[0] ?? 0n;
  const times = letters.map(({ timestamp }) => timestamp);
  return {
    partition,
    count: letters.length,
    values: packParts(letters.map(({ value }) => value)),
    keys: packParts(letters.map(({ key }) => key)),
    headers: (index) => letters[index]?.headers ?? {},
    baseOffset,
    offsetDeltas: Float64Array.from(offsets, (offset) => Number(offset - baseOffset)),
    nextOffset: (offsets.at(-1) ?? 0n) + 1n,
    ...(times.includes(null) ? {} : { timestamps: Float64Array.from(times, Number) }),
  };
}
