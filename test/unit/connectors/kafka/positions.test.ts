import { describe, expect, it } from 'vitest';
import type { PartitionRange, Positions } from '../../../../server/connectors/connector';
import { startPositions } from '../../../../server/connectors/kafka/startPositions';

const ranges: PartitionRange[] = [
  { partition: 0, start: 100n, end: 500n },
  { partition: 1, start: 0n, end: 40n },
];
const fromStart = { known: new Map(), otherwise: 'start' } as const;
const start = (
  positions: [number, bigint][],
  rule: Parameters<typeof startPositions>[3] = fromStart,
): Positions => startPositions('orders', new Map(positions), ranges, rule);

describe('where a kafka source starts', () => {
  it.each([
    ['the beginning of the log', [], fromStart, [100n, 0n]],
    ['its end', [], { known: new Map(), otherwise: 'end' }, [500n, 40n]],
    [
      'known offsets, and a default for the others',
      [],
      { known: new Map([[0, 250n]]), otherwise: 'end' },
      [250n, 40n],
    ],
    [
      'the positions of the job, whatever the startup mode',
      [
        [0, 300n],
        [1, 40n],
      ],
      { known: new Map(), otherwise: 'end' },
      [300n, 40n],
    ],
    [
      'the beginning of a partition that appeared later',
      [[0, 300n]],
      { known: new Map(), otherwise: 'end' },
      [300n, 0n],
    ],
  ] as [string, [number, bigint][], Parameters<typeof startPositions>[3], bigint[]][])(
    '%s',
    (_what, positions, rule, expected) => {
      expect([...start(positions, rule).values()]).toEqual(expected);
    },
  );

  it.each([
    [
      'deleted records',
      [
        [0, 40n],
        [1, 10n],
      ],
      '60 unread records of topic orders were deleted: partition 0 goes on at offset 40, but the first one kept is 100 (60 lost).',
    ],
    [
      'a log that is shorter than what was read',
      [[1, 41n]],
      'Topic orders is not the one that was read: partition 1 goes on at offset 41, but its log ends at 40.',
    ],
  ] as [string, [number, bigint][], string][])('refuses %s', (_what, positions, message) => {
    expect(() => start(positions)).toThrow(expect.objectContaining({ code: 'DATA_LOSS', message }) as Error);
  });

  it('looks again for a partition it does not see: a topic that is the same one keeps its partitions', () => {
    expect(() => start([[2, 0n]])).toThrow(
      expect.objectContaining({ code: 'SOURCE_UNAVAILABLE', retriable: true }) as Error,
    );
  });
});
