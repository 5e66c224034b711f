// Where a job goes on: positions that are gone, moves that are asked for, what is said and kept of them.
import { describe, expect, it } from 'vitest';
import type { PartitionInLog, StreamLog } from '../../../server/engine/engine';
import { isNear } from '../../../server/jobs/horizon';
import { movedGroups } from '../../../server/jobs/logCheck';
import { pastLoss, toTarget } from '../../../server/jobs/positionMoves';
import { movedText } from '../../../server/protocol/jobText';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';

type At = [position: number | null, start: number | null, end: number | null, target?: number];

function log(partitions: At[], change: Partial<StreamLog> = {}): StreamLog {
  const big = (value: number | null): bigint | null => (value === null ? null : BigInt(value));
  return {
    stream: 's',
    unit: 'records',
    recreated: false,
    identity: 'new',
    known: 'old',
    partitions: partitions.map(([position, start, end, target], partition) => ({
      partition,
      position: big(position),
      start: big(start),
      end: big(end),
      ...(target === undefined ? {} : { target: BigInt(target) }),
    })),
    ...change,
  };
}

/** `partition: from>to -lost ~skipped +reread`, for each move. */
function shown({ moved }: ReturnType<typeof pastLoss>): string[] {
  return moved.map(
    (move) => `${move.partition}: ${move.from}>${move.to} -${move.lost} ~${move.skipped} +${move.reread}`,
  );
}

describe('ACCEPT DATA LOSS', () => {
  it.each<[string, StreamLog, string[], [number, string][]]>([
    ['moves nothing that is there', log([[5, 0, 10]]), [], []],
    ['waits for a partition of the same log that is not seen yet', log([[5, null, null]]), [], []],
    [
      'moves only the partitions whose position was deleted',
      log([
        [5, 8, 10],
        [9, 8, 10],
        [null, 0, 3],
      ]),
      ['0: 5>8 -3 ~0 +0'],
      [
        [0, '8'],
        [1, '9'],
      ],
    ],
    ['goes to the end of a log that became shorter', log([[50, 0, 10]]), ['0: 50>10 -0 ~0 +0'], [[0, '10']]],
    [
      'goes to the beginning of a log that was made again, also a longer one, whose partitions count',
      log(
        [
          [5, 2, 10],
          [7, null, null],
        ],
        { recreated: true },
      ),
      ['0: 5>2 -0 ~0 +0'],
      [[0, '2']],
    ],
    [
      'takes a log that is shorter for another one where its identity is unknown',
      log([[50, 0, 10]], { recreated: null }),
      ['0: 50>0 -0 ~0 +0'],
      [[0, '0']],
    ],
  ])('%s', (_, given, moves, positions) => {
    const relocation = pastLoss([given]);
    expect(shown(relocation)).toEqual(moves);
    expect(relocation.streams[0]?.positions ?? []).toEqual(positions);
  });

  it('keeps the way back, with the log the positions are of', () => {
    const { streams, back } = pastLoss([log([[5, 8, 10]])]);
    expect(streams).toEqual([{ stream: 's', identity: 'new', positions: [[0, '8']] }]);
    expect(back).toEqual([{ stream: 's', identity: 'old', positions: [[0, '5']] }]);
  });
});

it.each<[string, At, string[]]>([
  ['passes over unread records', [5, 0, 10, 10], ['0: 5>10 -0 ~5 +0']],
  ['reads again', [5, 0, 10, 0], ['0: 5>0 -0 ~0 +5']],
  ['tells deleted records from passed over ones', [5, 7, 10, 9], ['0: 5>9 -2 ~2 +0']],
  ['passes over a partition that was never read', [null, 0, 10, 10], ['0: 0>10 -0 ~10 +0']],
  ['says nothing of a place where the job is', [5, 0, 10, 5], []],
])('FROM %s', (_, at, moves) => {
  expect(shown(toTarget([log([at])]))).toEqual(moves);
});

it.each<[string, Partial<PartitionInLog>, boolean]>([
  ['where the job is', { told: 10n, committed: 10n }, false],
  ['where the job is, which went back', { told: 12n, committed: 10n }, false],
  ['behind, because a commit failed', { told: 7n, committed: 7n }, false],
  ['a commit that was not answered', { told: 7n, committed: 8n }, false],
  ['unknown', { told: 7n }, false],
  ['nothing was ever told', { committed: null }, false],
  ['set back', { told: 10n, committed: 7n }, true],
  ['set ahead', { told: 10n, committed: 12n }, true],
  ['gone', { told: 10n, committed: null }, true],
])('group offsets %s', (_, at, moved) => {
  const partitions = [{ partition: 0, position: 10n, start: 0n, end: 20n, ...at }];
  expect(movedGroups([log([], { partitions })])).toHaveLength(moved ? 1 : 0);
});

it.each<[string | undefined, number, number, number, ('bytes' | undefined)?]>([
  [undefined, 0, 0, 0],
  ['1,234 unread records are skipped, 500 are read again', 0, 1234, 500],
  ['1 unread record is lost', 1, 0, 0],
  ['20 read bytes are read again', 0, 0, 20, 'bytes'],
])('says "%s"', (text, lost, skipped, reread, unit) => {
  const move = { stream, partition: 0, from: '0', to: '0', lost, skipped, reread };
  expect(movedText([{ ...move, ...(unit === undefined ? {} : { unit }) }])).toBe(text);
});

/** A paused job at 500 of a log from 0 to 1000. */
async function pausedInTheMiddle(): Promise<Harness> {
  const harness = new Harness();
  const job = await harness.running();
  harness.engine.last().process(500);
  await harness.clock.until(job.pause({ by }));
  return harness;
}

describe('a job that is resumed elsewhere', () => {
  const at = (offset: number): string => new Date(offset).toISOString();
  it.each([
    ['EARLIEST', { from: { kind: 'earliest' } }, 0n, { reread: 500 }],
    ['LATEST', { from: { kind: 'latest' } }, 1000n, { skipped: 500 }],
    ['TIMESTAMP', { from: { kind: 'timestamp', at: at(800) } }, 800n, { skipped: 300 }],
  ] as const)('goes on FROM %s, and its history says so', async (_, options, position, count) => {
    const harness = await pausedInTheMiddle();
    const details = await harness.clock.until(harness.job.resume({ by, ...options }));
    expect(harness.engine.last()).toMatchObject({ reading: true, position });
    expect(details.pauseHistory[0]?.moved).toMatchObject([{ from: '500', to: String(position), ...count }]);
    expect(harness.disk.jobs.get(stream)?.move).toBeUndefined();
  });

  it('goes on behind what was deleted only when that is accepted', async () => {
    const harness = await pausedInTheMiddle();
    harness.world.log = { start: 700n, end: 1000n };
    harness.world.oldestAt = Date.UTC(2026, 0, 1, 9);
    await expect(harness.clock.until(harness.job.resume({ by }))).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message:
        'orders cannot go on where it stopped: orders partition 0 stands at 500, the first record kept is 700: 200 lost. The oldest record it could go on with was written at 2026-01-01 09:00:00 UTC.',
      hint: expect.stringContaining('RESUME JOB orders ACCEPT DATA LOSS') as unknown,
    });
    const { pauseHistory } = await harness.clock.until(harness.job.resume({ by, acceptDataLoss: true }));
    expect(harness.engine.last().position).toBe(700n);
    expect(pauseHistory).toMatchObject([{ moved: [{ from: '500', to: '700', lost: 200 }] }]);
  });

  it('goes on in a topic that was made again, and knows the new one', async () => {
    const harness = await pausedInTheMiddle();
    harness.world.identity = 'second';
    expect(await outcome(harness.clock, harness.job.resume({ by }))).toBe('DATA_LOSS');
    const { pauseHistory } = await harness.clock.until(harness.job.resume({ by, acceptDataLoss: true }));
    expect(harness.engine.last().position).toBe(0n);
    expect(pauseHistory[0]?.notes).toMatchObject([expect.stringContaining('made again')]);
    await harness.clock.until(harness.job.pause({ by }));
    expect(await outcome(harness.clock, harness.job.resume({ by }))).toBe('done');
  });

  it('is back where it was when it cannot be resumed', async () => {
    const harness = await pausedInTheMiddle();
    harness.world.misbehave('run', 'fail');
    const resumed = harness.job.resume({ by, from: { kind: 'earliest' } });
    expect(await outcome(harness.clock, resumed)).toBe('SINK_FAILED');
    expect(harness.world.committed.get(stream)).toBe(500n);
    const details = await harness.clock.until(harness.job.resume({ by }));
    expect(harness.engine.last().position).toBe(500n);
    expect(details.pauseHistory[0]?.moved).toBeUndefined();
  });

  it('moves once, wherever a crash comes between, and never forgets the loss', async () => {
    for (let crashAt = 0; crashAt < 16; crashAt++) {
      const harness = await pausedInTheMiddle();
      harness.world.log = { start: 700n, end: 1000n };
      const resumed = harness.job.resume({ by, acceptDataLoss: true });
      resumed.catch(() => undefined);
      await harness.clock.advance(crashAt);
      const pipeline = harness.engine.last();
      const { reading } = pipeline;
      pipeline.process(10);
      // What it read is durable when it crashes.
      if (reading) harness.world.committed.set(stream, pipeline.position);
      harness.crash();
      await harness.clock.advance(5000);
      const { desired, moves = 0 } = harness.disk.jobs.get(stream) ?? {};
      if (desired === 'paused') {
        expect(harness.world.committed.get(stream)).toBe(500n);
        continue;
      }
      expect(moves).toBe(1);
      expect(harness.job.state).toBe('running');
      const position = reading ? 710n : 700n;
      expect([crashAt, harness.engine.last().position]).toEqual([crashAt, position]);
      expect(harness.job.details().pauseHistory).toMatchObject([{ moved: [{ lost: 200 }] }]);
    }
  });
});

describe('a position that is gone while nobody looks', () => {
  it('pauses a job that comes back, with the reason, so that the loss can be accepted', async () => {
    const harness = new Harness();
    await harness.running();
    harness.world.log = { start: 300n, end: 1000n };
    harness.world.misbehave('open', 'dataLoss');
    harness.crash();
    await harness.clock.advance(5000);
    expect(harness.job.snapshot()).toMatchObject({
      state: 'paused',
      desired: 'paused',
      error: { code: 'DATA_LOSS' },
      pause: { by: 'data loss', reason: expect.stringContaining('300 lost') as unknown },
    });
    expect(await outcome(harness.clock, harness.job.resume({ by, acceptDataLoss: true }))).toBe('done');
    expect(harness.engine.last().position).toBe(300n);
  });

  it('pauses a job that runs, and one that is restarted', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.misbehave('open', 'dataLoss');
    harness.world.log = { start: 300n, end: 1000n };
    expect(await outcome(harness.clock, job.restart())).toBe('DATA_LOSS');
    expect(job.snapshot()).toMatchObject({ state: 'paused' });
    expect(await outcome(harness.clock, job.resume({ by, acceptDataLoss: true }))).toBe('done');
  });
});

it('a resume whose broker is away is tried again, and paused again at the deadline', async () => {
  const harness = await pausedInTheMiddle();
  const { log: kept } = harness.world;
  harness.world.log = null;
  const resumed = outcome(harness.clock, harness.job.resume({ by }));
  await harness.clock.advance(5000);
  expect(harness.job.snapshot()).toMatchObject({ state: 'resuming', warnings: ['The broker is away.'] });
  harness.world.log = kept;
  expect(await resumed).toBe('done');
  await harness.clock.until(harness.job.pause({ by }));
  harness.world.log = null;
  expect(await outcome(harness.clock, harness.job.resume({ by }))).toBe('RESUME_TIMEOUT');
  expect(harness.job.snapshot()).toMatchObject({ state: 'paused', desired: 'paused' });
  expect(harness.met.refused).toEqual(['RESUME_TIMEOUT']);
});

it('group offsets that somebody moved are told in the history, and set right', async () => {
  const harness = await pausedInTheMiddle();
  harness.world.group = { told: 500n, committed: 7n };
  const { pauseHistory } = await harness.clock.until(harness.job.resume({ by }));
  expect(pauseHistory[0]?.notes).toMatchObject([expect.stringMatching(/partition 0 has 7 \(500\)/)]);
  // When it began, and now.
  expect(harness.world.told).toBe(2);
  expect(harness.engine.last().position).toBe(500n);
});

it.each(['RESTART', 'recovery'])(
  'group offsets that somebody moved before a %s are a warning while it runs, and in the history of its next pause',
  async (how) => {
    const harness = new Harness();
    await harness.running();
    harness.engine.last().process(500);
    harness.world.group = { told: 500n, committed: 7n };
    if (how === 'RESTART') await harness.clock.until(harness.job.restart());
    else harness.crash();
    await harness.clock.advance(1000);
    const moved = expect.stringMatching(/The group offsets of orders are not those of the job/) as string;
    expect(harness.job.snapshot()).toMatchObject({ state: 'running', warnings: [moved] });
    // When it began, and now.
    expect(harness.world.told).toBe(2);
    harness.world.group = undefined;
    const paused = await harness.clock.until(harness.job.pause({ by }));
    expect(paused).toMatchObject({ warnings: [], pauseHistory: [{ notes: [moved] }] });
    const { pauseHistory } = await harness.clock.until(harness.job.resume({ by }));
    expect(pauseHistory).toMatchObject([{ notes: [moved], durationMs: expect.any(Number) as number }]);
  },
);

describe('the retention horizon', () => {
  it('of a paused job is shown, warned of when it is near, and gone when the job runs', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.horizon = harness.clock.now() + 3 * 3_600_000;
    await harness.clock.until(job.pause({ by }));
    await harness.clock.until(job.readLag());
    const retentionHorizon = new Date(harness.world.horizon).toISOString();
    expect(job.snapshot()).toMatchObject({ retentionHorizon, warnings: [] });
    await harness.clock.advance(2.5 * 3_600_000);
    expect(job.snapshot().warnings).toMatchObject([
      expect.stringMatching(/Retention deletes unread records from .* on \(in \d+ min\): RESUME JOB orders/),
    ]);
    await harness.clock.until(job.resume({ by }));
    expect(job.snapshot()).not.toHaveProperty('retentionHorizon');
  });

  it.each<[number, number, number, boolean]>([
    [10, 0, 5, false],
    [100, 0, 79, false],
    [100, 0, 81, true],
    [10, 9.5, 9.6, true],
  ])('at hour %d, paused at %d, is near at %d: %s', (horizon, pausedAt, now, near) => {
    const hour = 3_600_000;
    expect(isNear(horizon * hour, pausedAt * hour, now * hour)).toBe(near);
  });
});
