// What a thousand paused jobs cost the server they are on: its start, memory, processor time and questions to Kafka.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectToJobServer } from '../../server/protocol/connect';
import * as protocol from '../../server/protocol/rpc';
import { Broker, freePorts } from '../kafka/broker';
import { TestCluster } from '../kafka/cluster';
import { writePausedJobs } from '../kafka/pausedJobs';
import { Proxy } from '../kafka/proxy';
import type { Figure } from './report';

const topicCount = 10;
const recordsEach = 100;
/** Refreshes are every ten seconds while nobody watches. */
const idleMs = 20_000;
const watchedMs = 10_000;
/** Clock ticks a second in /proc. */
const ticks = 100;

export async function measurePausedJobs(count: number): Promise<Figure[]> {
  const [proxyPort = 0] = await freePorts(1);
  const broker = await Broker.start({ proxyPort });
  const proxy = await Proxy.start(proxyPort, () => broker.proxiedPort);
  const cluster = new TestCluster(broker.address);
  const folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-bench-'));
  try {
    const topics: string[] = [];
    for (let i = 0; i < topicCount; i++) topics.push(await cluster.createTopic(`paused-${i}`));
    for (const topic of topics) await cluster.produceIds(topic, 0, recordsEach);
    const empty = await measureServer(folder, proxy, 0);
    await writePausedJobs(folder, count, topics, proxy.address);
    const full = await measureServer(folder, proxy, count);
    const name = `${count} paused jobs over ${topicCount} topics`;
    return [
      { what: `start with ${name}`, value: `${full.startMs} ms`, beside: `empty ${empty.startMs} ms` },
      {
        what: `lag of all known after`,
        value: `${full.lagMs} ms`,
      },
      {
        what: `memory with ${name}`,
        value: `${full.residentMib} MiB`,
        beside: `empty ${empty.residentMib} MiB`,
      },
      {
        what: `processor, nobody watches`,
        value: percent(full.idle),
        beside: `empty ${percent(empty.idle)}`,
      },
      { what: `processor, watched`, value: percent(full.watched), beside: `empty ${percent(empty.watched)}` },
      { what: `requests to Kafka, watched`, value: `${full.requestsPerRefresh.toFixed(1)} a refresh` },
    ];
  } finally {
    await cluster.dispose();
    await proxy.dispose();
    await broker.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureServer(folder: string, proxy: Proxy, count: number) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = child.pid ?? 0;
  try {
    await once(createInterface({ input: child.stdout }), 'line');
    const startMs = Math.round(performance.now() - startedAt);
    const { rpc } = await connectToJobServer(folder, 'bench');
    const lagsKnown = async () => {
      const jobs = await rpc.sendRequest(protocol.listJobs, {});
      return jobs.length === count && jobs.every(({ lag }) => lag !== null);
    };
    while (!(await lagsKnown())) await sleep(50);
    const lagMs = Math.round(performance.now() - startedAt);
    proxy.takeRequests();
    const watched = await processorShare(pid, watchedMs);
    const requests = [...proxy.takeRequests().values()].reduce((sum, asked) => sum + asked, 0);
    rpc.dispose();
    await sleep(6_000);
    const idle = await processorShare(pid, idleMs);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const residentMib = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
    return { startMs, lagMs, residentMib, idle, watched, requestsPerRefresh: requests / (watchedMs / 1000) };
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
}

/** Share of one processor a process uses over a time. */
async function processorShare(pid: number, ms: number): Promise<number> {
  const before = await processorMs(pid);
  const startedAt = performance.now();
  await sleep(ms);
  return ((await processorMs(pid)) - before) / (performance.now() - startedAt);
}

async function processorMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} % of a core`;
}
