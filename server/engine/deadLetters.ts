// What a batch does to the dead letters of its job, in the transaction of the batch.
import { absent, offsetAt } from '../connectors/connector';
import type { PackedValues } from '../connectors/connector';
import { recordAt } from './badRecords';
import type { BadRecord } from './badRecords';
import type { Checkpoint } from './checkpoint';
import type { Statements } from './database';
import { settleDeadLetters, storeDeadLetters } from './deadLetterTable';
import type { NewLetter, StoredLetter } from './deadLetterTable';
import { LetterTopic } from './deadLetterTopic';
import type { DeadLetterCounts } from './engine';
import { limits } from './limits';
import type { PreparedBatch } from './microBatch';
import type { ScanOperator } from './operators/scan';
import type { PipelineSpec } from './session';

/** What is to be written to the dead letters with a batch. */
export interface LetterWork {
  /** Before that: sends them to their topic, where there is one. A crash in between sends them again. */
  publish?(signal: AbortSignal): Promise<void>;
  /** In the batch's transaction; brings the counts of the checkpoint that is written with it up to date. */
  store(statements: Statements, next: Checkpoint): Promise<void>;
}

export class DeadLetters {
  readonly #topics: (LetterTopic | undefined)[];

  constructor(private readonly spec: PipelineSpec) {
    this.#topics = (spec.letterSinks ?? []).map((sink) => sink && new LetterTopic(sink, spec.jobName));
  }

  /** What bad records of a batch mean for the store; undefined when nothing. */
  keep(batch: PreparedBatch, bad: readonly BadRecord[]): LetterWork | undefined {
    if (this.spec.options.onError !== 'dead-letter' || bad.length === 0) return undefined;
    const letters = this.#lettersOf(batch, bad);
    return {
      publish: (signal) => this.#publish(letters, signal),
      store: (statements, next) => this.#store(statements, next, letters),
    };
  }

  async #publish(letters: NewLetter[], signal: AbortSignal): Promise<void> {
    for (const [index, topic] of this.#topics.entries()) {
      const stream = this.spec.scans[index]?.table.name;
      await topic?.send(
        letters.filter((letter) => letter.stream === stream),
        signal,
      );
    }
  }

  /** What an attempt with stored letters means for the store. `bad` are rows of several records: new letters. */
  settle(
    succeeded: readonly StoredLetter[],
    failed: ReadonlyMap<StoredLetter, string>,
    batch: PreparedBatch,
    bad: readonly BadRecord[],
  ): LetterWork {
    return {
      store: async (statements, next) => {
        const { counters } = next;
        const now = this.spec.clock.now();
        counters.deadLetters = await settleDeadLetters(statements, succeeded, failed, countsOf(next), now);
        if (bad.length > 0) await this.#store(statements, next, this.#lettersOf(batch, bad));
      },
    };
  }

  async #store(statements: Statements, next: Checkpoint, letters: NewLetter[]): Promise<void> {
    const { options, clock } = this.spec;
    const before = { stored: next.deadLetters, counts: countsOf(next) };
    const max = options.deadLettersMax ?? limits.deadLettersMax;
    const after = await storeDeadLetters(statements, letters, before, max, clock.now());
    next.deadLetters = after.stored;
    next.counters.deadLetters = after.counts;
  }

  #lettersOf(batch: PreparedBatch, bad: readonly BadRecord[]): NewLetter[] {
    return bad.map(({ scan, index, reason }) => {
      const slices = scan && (batch.inputs[scan.index]?.slices ?? []);
      return letterOf(scan, slices && recordAt(slices, index), reason);
    });
  }
}

function countsOf({ counters }: Checkpoint): DeadLetterCounts {
  return counters.deadLetters ?? { kept: 0, dropped: 0, retried: 0 };
}

function letterOf(
  scan: ScanOperator | undefined,
  record: ReturnType<typeof recordAt>,
  error: string,
): NewLetter {
  const table = scan?.node.table;
  const { batch, at = 0 } = record ?? {};
  const timestamp = batch?.timestamps?.[at];
  const key = bytesAt(batch?.keys, at);
  const value = bytesAt(batch?.values, at);
  const isCut = [key, value].some((bytes) => (bytes?.length ?? 0) > limits.deadLetterBytesMax);
  const cut = (bytes: Buffer | null): Buffer | null => bytes?.subarray(0, limits.deadLetterBytesMax) ?? null;
  return {
    stream: table?.name ?? null,
    place: table?.options.topic ?? table?.options.path ?? null,
    partition: batch?.partition ?? null,
    offset: batch ? offsetAt(batch, at) : null,
    timestamp: timestamp ?? null,
    key: cut(key),
    value: cut(value),
    headers: batch?.headers?.(at) ?? {},
    error,
    whole: batch !== undefined && !isCut && batch.failed?.has(at) !== true,
  };
}

function bytesAt(packed: PackedValues | undefined, at: number): Buffer | null {
  const start = packed?.starts[at] ?? absent;
  return packed === undefined || start === absent ? null : packed.buffer.subarray(start, packed.ends[at]);
}
