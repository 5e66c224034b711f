// SHOW DEAD LETTERS and RETRY DEAD LETTERS, of jobs in every state.
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../server/engine/engine';
import { query, serverWith, tables, type ServerHarness } from './servers';

function letter(number: number, change: Partial<DeadLetter> = {}): DeadLetter {
  const value = Buffer.from(`{"id":"x${number}"}`);
  return {
    number,
    stream: 'orders',
    place: 'orders-topic',
    partition: 0,
    offset: BigInt(number) + 2n ** 60n,
    timestamp: Date.UTC(2026, 0, 1),
    key: null,
    value: { bytes: value, size: value.length },
    headers: {},
    error: 'The record is not valid JSON.',
    failedAt: Date.UTC(2026, 0, 2) + number,
    attempts: 1,
    whole: true,
    ...change,
  };
}

async function withLetters(...letters: DeadLetter[]): Promise<ServerHarness> {
  const harness = await serverWith(`${tables} START JOB orders AS ${query};`);
  harness.world.letters.set('orders', letters);
  return harness;
}

const shown = async (harness: ServerHarness, sql = 'SHOW DEAD LETTERS FOR orders') => {
  const { columns = [], rows = [], message } = await harness.run(sql);
  return {
    message,
    letters: rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i] ?? '', cell]))),
  };
};

describe('SHOW DEAD LETTERS', () => {
  it('says where each record stood and what was wrong, with its bytes as text, or as they are, cut when long', async () => {
    const binary = Buffer.from([0xff, 0x00]);
    const long = Buffer.from('ä'.repeat(500));
    const harness = await withLetters(
      letter(3, { key: { bytes: binary, size: 2 }, value: { bytes: long.subarray(0, 999), size: 1000 } }),
      letter(2, { stream: null, partition: null, offset: null, timestamp: null, value: null }),
      letter(1),
    );
    const { message, letters } = await shown(harness);
    expect(message).toBe('3 dead letters');
    expect(letters[0]).toMatchObject({ number: 3, key: '0xff00', value: `${'ä'.repeat(250)}… (1000 bytes)` });
    expect(letters[1]).toMatchObject({ number: 2, stream: null, offset: null, timestamp: null, value: null });
    expect(letters[2]).toEqual({
      number: 1,
      job: 'orders',
      stream: 'orders',
      partition: 0,
      offset: '1152921504606846977',
      timestamp: '2026-01-01T00:00:00.000Z',
      error: 'The record is not valid JSON.',
      key: null,
      value: '{"id":"x1"}',
      failed_at: '2026-01-02T00:00:00.001Z',
      attempts: 1,
    });
  });

  it('works whatever the job is doing, and after a restart of the server', async () => {
    const harness = await withLetters(letter(1));
    const isThere = async () => expect((await shown(harness)).letters).toMatchObject([{ number: 1 }]);
    await isThere();
    await harness.run('PAUSE JOB orders');
    await isThere();
    await harness.crash();
    await isThere();
    await harness.run('RESUME JOB orders; STOP JOB orders');
    await isThere();
    expect((await shown(harness, 'SHOW DEAD LETTERS')).letters.length).toBe(1);
  });

  it('of many jobs puts the newest first, at most a thousand, and says how many there are', async () => {
    const harness = await withLetters(...Array.from({ length: 900 }, (_, i) => letter(900 - i)));
    await harness.run(`CREATE TABLE more (id BIGINT, customer STRING) WITH ('connector' = 'blackhole');
      START JOB second AS ${query.replace('big_orders', 'more')};`);
    const second = (number: number) => letter(number, { failedAt: Date.UTC(2026, 1, 1) + number });
    harness.world.letters.set(
      'second',
      Array.from({ length: 200 }, (_, i) => second(200 - i)),
    );
    const { message, letters } = await shown(harness, 'SHOW DEAD LETTERS');
    expect(message).toBe('The newest 1000 of 1100 dead letters');
    expect([letters[0], letters[199], letters[200]]).toMatchObject([
      { job: 'second', number: 200 },
      { job: 'second', number: 1 },
      { job: 'orders', number: 900 },
    ]);
  });

  it('of a job that is not there is refused on its name', async () => {
    const harness = await withLetters();
    expect(await harness.refused('SHOW DEAD LETTERS FOR orderz')).toMatchObject({ code: 'JOB_NOT_FOUND' });
  });
});

describe('RETRY DEAD LETTERS', () => {
  it('answers what it came to, for all and for one', async () => {
    const harness = await withLetters(letter(3), letter(2), letter(1));
    expect((await harness.run('RETRY DEAD LETTER 2 FOR orders')).message).toBe(
      '1 dead letter of orders succeeded, 0 failed again.',
    );
    expect((await shown(harness)).letters.length).toBe(2);
    expect((await harness.run('RETRY DEAD LETTERS FOR orders')).message).toBe(
      '2 dead letters of orders succeeded, 0 failed again.',
    );
    expect((await harness.run('RETRY DEAD LETTERS FOR orders')).message).toBe('orders has no dead letters.');
  });

  it('is for running jobs: a paused one processes nothing', async () => {
    const harness = await withLetters(letter(1));
    await harness.run(`PAUSE JOB orders WITH REASON 'index'`);
    const refused = await harness.refused('RETRY DEAD LETTERS FOR orders');
    expect(refused).toMatchObject({ code: 'JOB_NOT_RUNNING', hint: 'RESUME JOB orders' });
    expect(refused?.message).toMatch(
      /paused since .* \(reason: index\); it processes nothing while paused\.$/,
    );
    expect((await shown(harness)).letters.length).toBe(1);
  });

  it('that does not come to an end is answered all the same', async () => {
    const harness = await withLetters(letter(1));
    harness.world.misbehave('retry', 'hang');
    expect(await harness.refused('RETRY DEAD LETTERS FOR orders')).toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
    expect((await harness.run('PAUSE JOB orders')).ok).toBe(true);
  });
});

describe('their number', () => {
  it('is in the snapshot, of a cold job too, and in the metrics', async () => {
    const harness = await withLetters(letter(2), letter(1));
    expect(harness.server.getJobDetails('orders').deadLetters).toEqual({ kept: 2, dropped: 0, retried: 0 });
    expect(await harness.server.renderMetrics()).toContain('job_dead_letters{job="orders"} 2');
    await harness.run('PAUSE JOB orders');
    await harness.crash();
    expect(harness.server.getJobDetails('orders').deadLetters).toEqual({ kept: 2, dropped: 0, retried: 0 });
  });

  it('warns where some had to leave, and says that a topic has all where there is one', async () => {
    const warned = async (options = '') => {
      const harness = await serverWith(
        `${tables} CREATE TABLE events (id BIGINT, customer STRING) WITH ('connector' = 'kafka', 'topic' = 'events',
           'properties.bootstrap.servers' = 'localhost:1', 'format' = 'json');
         START JOB orders AS INSERT INTO big_orders SELECT id, customer FROM events ${options};`,
      );
      harness.world.lettersDropped = 2;
      return harness.server.getJobDetails('orders').warnings;
    };
    expect(await warned()).toEqual([
      "2 dead letters had to make room for newer ones. Raise 'dead-letter.limit', or keep all of them in a topic with 'dead-letter.topic'.",
    ]);
    expect(await warned("WITH ('dead-letter.topic' = 'bad-events')")).toEqual([
      "2 dead letters had to make room for newer ones. 'dead-letter.topic' keeps all of them in bad-events; to have more of them for RETRY, raise 'dead-letter.limit'.",
    ]);
  });
});
