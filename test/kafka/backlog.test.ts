// Jobs with more to read than they can hold: thousands of pauses in the middle of it, and sinks that are slower than
// the source. `npm run soak -- --matrix` does it at full length; what the server's process held is said at the end.
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Broker } from './broker';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { GaugedServer } from './gaugedServer';
import type { Gauges } from './gauges';
import { ownProxiedCluster } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import type { Proxy } from './proxy';
import { range } from './tables';
import { shown, trends } from './trend';
import type { Trend } from './trend';

const isLong = process.env.STREAM_JOBS_LONG !== undefined;
const drainMsMax = 300_000;
const [joinGroup, syncGroup] = [11, 14];
const mebibyte = 1024 * 1024;
/** In one request; a broker takes no more than a MiB. */
const sendBytes = 500_000;
/** A fetch, the queue of fetched records, the buffer of the job, and the batches that are filled, computed, delivered. */
const aheadMiBMax = 32;

/** Of the line through the samples, beyond what noise can do; unknown ones would rise with the work. */
function expectFlat(found: Record<keyof Gauges, Trend>, log: string): void {
  expect(found.resident.rise).toBeLessThan(40);
  expect(found.heap.rise).toBeLessThan(4);
  expect(found.buffers.rise).toBeLessThan(16);
  for (const name of ['handles', 'timers', 'listeners'] as const)
    expect({ name, rises: found[name].rise > 4 }).toEqual({ name, rises: false });
  expect(/.*MaxListenersExceeded.*/.exec(log)?.[0]).toBeUndefined();
}

describe.skipIf(!inject('ownBrokers'))('a backlog', () => {
  let broker: Broker;
  let proxy: Proxy;
  let cluster: TestCluster;
  let server: GaugedServer;

  ownProxiedCluster((own) => ({ broker, proxy, cluster } = own));
  afterEach(() => server.dispose());

  const ids = async (topic: string): Promise<number[]> =>
    parsed<{ id: number }>(await cluster.readAll(topic)).map(({ id }) => id);

  it('row 3: prefetch after pause: over thousands of cycles memory, handles and timers stay flat, nobody rejoins, each record comes once', async () => {
    const cycles = isLong ? 10_000 : 200;
    const sampleEvery = cycles / 50;
    // More than is read from one sample to the next.
    const aheadMin = isLong ? 20_000 : 1_000;
    const [topic, out] = [await cluster.createTopic('ahead'), await cluster.createTopic('ahead-out')];
    let produced = 0;
    const produceTo = async (end: number): Promise<void> => {
      await cluster.produceIds(topic, produced, end);
      produced = end;
    };
    await produceTo(2 * aheadMin);
    // Nothing but a pause is to make it rejoin: a busy machine that misses heartbeats is not.
    const source = { 'properties.session.timeout.ms': '60000' };
    server = await GaugedServer.start();
    await server.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, proxy.address, source)}${kafkaTableSql('sink', 'id BIGINT', out, proxy.address)}
       START JOB job AS INSERT INTO sink SELECT id FROM src WITH ('batch.records' = '50')`,
    );
    await server.untilJob(({ recordsIn }) => recordsIn > 0);
    proxy.takeRequests();
    const samples = [];
    let position = 0;
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const isSample = cycle % sampleEvery === 0;
      // A pause may come before the first record of its turn; from sample to sample some are read.
      if (isSample) await server.untilJob(({ recordsIn }) => recordsIn > position);
      await server.run('PAUSE JOB job');
      if (isSample) {
        const { recordsIn, recordsOut, partitions, pauseHistory } = await server.job();
        expect(partitions.map(({ position }) => position)).toEqual([String(recordsIn)]);
        expect(recordsOut).toBe(recordsIn);
        expect(recordsIn).toBeGreaterThan(position);
        position = recordsIn;
        samples.push({
          ...(await server.gauges()),
          connections: proxy.connections,
          history: pauseHistory.length,
        });
        if (isLong) console.log(`${cycle} cycles, ${position} records`);
        if (produced - position < aheadMin) await produceTo(position + 2 * aheadMin);
      }
      await server.run('RESUME JOB job');
    }
    const found = trends(samples);
    console.log(`row 3, ${cycles} cycles, ${position} records: ${shown(found)}`);
    const asked = proxy.takeRequests();
    const rejoined = asked.has(joinGroup) || asked.has(syncGroup);
    expect({ rejoined, log: rejoined ? server.log : '' }).toEqual({ rejoined: false, log: '' });
    expectFlat(found, server.log);
    expect(found.connections.rise).toBeLessThan(1);
    expect(found.history.max).toBe(100);
    await server.untilJob(({ recordsIn }) => recordsIn === produced, drainMsMax);
    const { metrics } = await server.drain(produced);
    expect([metrics.pauses, metrics.resumes]).toEqual([cycles + 1, cycles]);
    expect(differences(await ids(out), range(0, produced - 1))).toEqual(none);
  }, 1_800_000);

  it.each([['exactly-once'], ['at-least-once']])(
    'row 25: backlog behind a slow sink, %s: read ahead is bounded, memory flat, others go on, pauses come in time',
    async (delivery) => {
      const [count, bytesEach] = isLong ? [1_000_000, 250] : [30_000, 2_000];
      const samplesMax = isLong ? 1000 : 12;
      const topic = await cluster.createTopic('much');
      const [out, few, fewOut] = [
        await cluster.createTopic('much-out'),
        await cluster.createTopic('few'),
        await cluster.createTopic('few-out'),
      ];
      await produceLarge(topic, count, bytesEach);
      server = await GaugedServer.start();
      await server.run(
        `${kafkaTableSql('src', 'id BIGINT', topic, proxy.address)}${kafkaTableSql('sink', 'id BIGINT', out, proxy.address)}
         ${kafkaTableSql('few', 'id BIGINT', few, broker.address)}${kafkaTableSql('few_out', 'id BIGINT', fewOut, broker.address)}
         START JOB light AS INSERT INTO few_out SELECT id FROM few`,
      );
      proxy.throttle(isLong ? 280_000 : 25_000);
      const answeredBefore = proxy.answeredBytes;
      await server.run(
        `START JOB job AS INSERT INTO sink SELECT id FROM src WITH ('delivery' = '${delivery}')`,
      );
      const samples = [];
      const pauseMs: number[] = [];
      let light = 0;
      for (let recordsIn = 0; recordsIn < 0.9 * count && samples.length < samplesMax;) {
        await cluster.produceIds(few, light, light + 10);
        light += 10;
        await until(async () => (await server.job('light')).recordsIn === light);
        const asked = performance.now();
        await server.run('PAUSE JOB job');
        pauseMs.push(performance.now() - asked);
        recordsIn = (await server.job()).recordsIn;
        const ahead = (proxy.answeredBytes - answeredBefore - recordsIn * bytesEach) / mebibyte;
        samples.push({ ...(await server.gauges()), ahead });
        await server.run('RESUME JOB job');
      }
      expect((await server.job()).lag).toBeGreaterThan(0);
      proxy.throttle(Infinity);
      const found = trends(samples);
      console.log(
        `row 25, ${delivery}, ${count} records of ${bytesEach} bytes: ${shown(found)}, ` +
          `pauses ${pauseMs.map((ms) => ms.toFixed(0)).join(' ')} ms`,
      );
      expectFlat(found, server.log);
      expect(found.ahead.max).toBeLessThan(aheadMiBMax);
      await server.untilJob(({ recordsIn }) => recordsIn === count, drainMsMax);
      await server.drain(count);
      expect(differences(await ids(out), range(0, count - 1))).toEqual(none);
      expect(differences(await ids(fewOut), range(0, light - 1))).toEqual(none);
    },
    1_800_000,
  );

  async function produceLarge(topic: string, count: number, bytesEach: number): Promise<void> {
    const filler = 'x'.repeat(bytesEach - 30);
    const each = Math.floor(sendBytes / bytesEach);
    for (let from = 0; from < count; from += each)
      await cluster.produce(
        topic,
        range(from, Math.min(count, from + each) - 1).map((id) => ({
          value: `{"id":${id},"filler":"${filler}"}`,
          partition: 0,
        })),
      );
  }
});
