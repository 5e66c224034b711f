import { describe, expect, it } from 'vitest';
import { StreamJobsError } from '../../../../server/protocol/errors';
import { Partitioner, murmur2 } from '../../../../server/connectors/kafka/partitioner';
import type { Chunk } from '../../../../server/connectors/kafka/partitioner';
import { SendWindow } from '../../../../server/connectors/kafka/sendWindow';
import { FakeClock, never, rowBatch } from '../fixtures';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

describe('partitions and chunks', () => {
  it('hashes keys as the Java client does', () => {
    // From org.apache.kafka.common.utils.UtilsTest.testMurmur2.
    const known = {
      '21': -973932308,
      foobar: -790332482,
      'a-little-bit-long-string': -985981536,
      abc: 479470107,
    };
    for (const [key, hash] of Object.entries(known))
      expect(murmur2(Buffer.from(key), 0, key.length)).toBe(hash);
  });

  it('keeps rows without a key together and in order', () => {
    const chunks = new Partitioner('default').chunks(rowBatch(numbers(2500)), 2);
    expect(chunks.map(({ partition, indexes }) => [partition, indexes[0], indexes.length])).toEqual([
      [0, 0, 1000],
      [1, 1000, 1000],
      [0, 2000, 500],
    ]);
  });

  it('round-robin takes each partition in turn, also from batch to batch', () => {
    const partitioner = new Partitioner('round-robin');
    const partitionsOf = (): [number, number[]][] =>
      partitioner.chunks(rowBatch(numbers(4)), 3).map(({ partition, indexes }) => [partition, indexes]);
    expect(partitionsOf()).toEqual([[0, [0, 3]], [1, [1]], [2, [2]]]); // prettier-ignore
    expect(partitionsOf()).toEqual([[1, [0, 3]], [2, [1]], [0, [2]]]); // prettier-ignore
  });

  it('cuts by bytes', () => {
    const rows = rowBatch(Array.from({ length: 5 }, () => 'x'.repeat(200_000)));
    expect(new Partitioner('default').chunks(rows, 1).map(({ indexes }) => indexes.length)).toEqual([
      2, 2, 1,
    ]);
  });
});

describe('the send window', () => {
  /** A broker of which each send fails as long as `fails` says so. */
  function window(fails: (chunk: Chunk, attempt: number) => 'no' | 'retriable' | 'for good' | 'too large') {
    const arrived: string[] = [];
    let attempt = 0;
    let inTheAir = 0;
    let most = 0;
    const sends = new SendWindow({
      clock: new FakeClock(),
      async send(chunk) {
        most = Math.max(most, ++inTheAir);
        await new Promise((resolve) => setImmediate(resolve));
        inTheAir -= 1;
        const failure = fails(chunk, attempt++);
        if (failure !== 'no') throw new Error(failure);
        arrived.push(...chunk.indexes.map((index) => `${chunk.partition}:${index}`));
      },
      explain: (error) =>
        Promise.resolve(
          new StreamJobsError(
            (error as Error).message === 'retriable' ? 'SINK_UNAVAILABLE' : 'SINK_FAILED',
            'no',
          ),
        ),
      isTooLarge: (error) => (error as Error).message === 'too large',
    });
    return { sends, arrived, mostInTheAir: () => most };
  }
  const rows = rowBatch(numbers(100));
  const chunks = (partition: number, ...firsts: number[]): Chunk[] =>
    firsts.map((first) => ({ partition, rows, indexes: [first, first + 1] }));
  const inOrder = ['0:0', '0:1', '0:2', '0:3', '0:4', '0:5'];

  it('sends each partition one after the other, several partitions at once', async () => {
    const { sends, arrived, mostInTheAir } = window(() => 'no');
    await sends.add([...chunks(0, 0, 2, 4), ...chunks(1, 0, 2)], never);
    await sends.drained(never);
    expect(arrived.filter((row) => row.startsWith('0'))).toEqual(inOrder);
    expect([arrived.length, mostInTheAir()]).toEqual([10, 2]);
  });

  it('tries again in order after a failure', async () => {
    const { sends, arrived } = window((_chunk, attempt) => (attempt % 3 === 1 ? 'retriable' : 'no'));
    await sends.add([...chunks(0, 0, 2, 4), ...chunks(1, 0, 2)], never);
    await sends.drained(never);
    expect(arrived.filter((row) => row.startsWith('0'))).toEqual(inOrder);
    expect(arrived).toHaveLength(10);
  });

  it('tells those who wait when the outage lasts, and goes on by itself', async () => {
    let down = true;
    const { sends, arrived } = window(() => (down ? 'retriable' : 'no'));
    await sends.add(chunks(0, 0, 2, 4), never);
    await expect(sends.drained(never)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    down = false;
    for (let tries = 0; arrived.length < 6 && tries < 100; tries++)
      await sends.drained(never).catch(() => undefined);
    expect(arrived).toEqual(inOrder);
  });

  it('tells those who wait at once while a pause waits for them', async () => {
    const { sends } = window((_chunk, attempt) => (attempt === 0 ? 'retriable' : 'no'));
    sends.hurry(true);
    await sends.add(chunks(0, 0, 2, 4), never);
    await expect(sends.drained(never)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });

  it('halves a request that is too large, and fails for good where one row is', async () => {
    const halved = window(({ indexes }) => (indexes.length > 1 ? 'too large' : 'no'));
    await halved.sends.add(chunks(0, 0, 2, 4), never);
    await halved.sends.drained(never);
    expect(halved.arrived).toEqual(inOrder);
    const hopeless = window(() => 'too large');
    await hopeless.sends.add(chunks(0, 0), never);
    await expect(hopeless.sends.drained(never)).rejects.toMatchObject({ code: 'SINK_FAILED' });
    await expect(hopeless.sends.add(chunks(0, 2), never)).rejects.toMatchObject({ code: 'SINK_FAILED' });
  });
});
