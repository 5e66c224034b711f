// Records of aborted transactions, as the broker lists them.
import { expect, it } from 'vitest';
import { markAborted } from '../../../../server/connectors/kafka/abortedRecords';
import type { FetchedPartition } from '../../../../server/connectors/kafka/abortedRecords';

type Record = FetchedPartition['messages'][number];
const marker = (kind: 'abort' | 'commit'): Buffer => Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
const of = (producerId: string, key: Buffer | null = null): Omit<Record, 'offset'> => ({
  key,
  isControlRecord: false,
  batchContext: { producerId, inTransaction: true },
});
const end = (producerId: string, kind: 'abort' | 'commit'): Omit<Record, 'offset'> => ({
  ...of(producerId, marker(kind)),
  isControlRecord: true,
});
const plain: Omit<Record, 'offset'> = {
  key: null,
  isControlRecord: false,
  batchContext: { producerId: '-1', inTransaction: false },
};

/** Offsets that a reader is shown. */
function shown(
  records: Omit<Record, 'offset'>[],
  aborted: [producerId: string, firstOffset: number][],
  first = 0,
): number[] {
  const messages = records.map((record, i) => ({ ...record, offset: String(first + i) }));
  markAborted({
    messages,
    abortedTransactions: aborted.map(([producerId, at]) => ({ producerId, firstOffset: String(at) })),
  });
  return messages.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => Number(offset));
}

it.each([
  ['nothing was aborted', [of('1'), plain, end('1', 'commit')], [], 0, [0, 1]],
  ['one was aborted, the next of the same producer was not',
    [of('1'), plain, end('1', 'abort'), of('1'), end('1', 'commit')], [['1', 0]], 0, [1, 3]],
  ['two overlap, listed by their ends',
    [of('1'), of('2'), of('1'), end('2', 'abort'), of('1'), end('1', 'abort'), plain], [['2', 1], ['1', 0]], 0, [6]],
  ['both began before what was fetched',
    [of('1'), of('2'), end('1', 'abort'), end('2', 'abort'), plain], [['1', 3], ['2', 4]], 10, [14]],
  ['a key looks like a marker',
    [of('1', marker('abort')), of('1'), end('1', 'abort'), plain], [['1', 0]], 0, [3]],
  ['the same producer aborts twice',
    [of('1'), end('1', 'abort'), of('1'), end('1', 'abort'), plain], [['1', 0], ['1', 2]], 0, [4]],
] satisfies [string, Omit<Record, 'offset'>[], [string, number][], number, number[]][])(
  'hides what was taken back: %s',
  (_, records, aborted, first, expected) => {
    expect(shown(records, aborted, first)).toEqual(expected);
  },
); // prettier-ignore
