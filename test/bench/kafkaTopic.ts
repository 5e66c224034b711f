// A topic full of records to measure with, on a broker of its own or the one $STREAM_JOBS_KAFKA names.
import { Broker } from '../kafka/broker';
import { TestCluster } from '../kafka/cluster';

export interface BenchTopic {
  address: string;
  topic: string;
  cluster: TestCluster;
}

/** Runs `work` with a topic of `count` records of about 180 bytes, one partition; cleans up after it. */
export async function withTopic<T>(count: number, work: (topic: BenchTopic) => Promise<T>): Promise<T> {
  const given = process.env.STREAM_JOBS_KAFKA;
  const broker = given === undefined ? await Broker.start({ optimized: true }) : undefined;
  const address = given ?? broker?.address ?? '';
  const cluster = new TestCluster(address);
  try {
    const topic = await cluster.createTopic('bench');
    for (let from = 0; from < count; from += 1000) {
      const messages = Array.from({ length: Math.min(1000, count - from) }, (_, i) => ({
        value: record(from + i),
        partition: 0,
      }));
      await cluster.produce(topic, messages);
    }
    return await work({ address, topic, cluster });
  } finally {
    await cluster.dispose();
    await broker?.dispose();
  }
}

/** Amounts run through 0.10 to 99.99, so that `amount >= 90` keeps one in ten. */
function record(i: number): string {
  const region = ['eu-west-1', 'us-east-1', 'ap-south-1'][i % 3] ?? '';
  const ts = 1_700_000_000_000 + Math.floor(i / 10);
  const note = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:';
  return (
    `{"id":${i},"ts":${ts},"user_id":"user-${(i * 7919) % 1000}","region":"${region}",` +
    `"amount":${i % 100}.${10 + (i % 90)},"status":"${i % 2 === 0 ? 'ok' : 'no'}","note":"${note}"}`
  );
}
