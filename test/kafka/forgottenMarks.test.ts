// A coordinator that answers from a part of its log denies marks that it acknowledged. One that is elected twice while it
// loads stays so until the next election, which nobody can bring about at will: here its answers are bent.
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { ClusterReader } from '../../server/connectors/kafka/clusterReader';
import type { Mark } from '../../server/connectors/kafka/clusterReader';
import type { JobDetails } from '../../server/protocol/jobs';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import { loseNextAnswer } from './lostAnswer';
import { range } from './tables';

const address = inject('kafka');
const records = 2000;
const older: Mark = { offset: 1, note: '' };

describe.skipIf(address === undefined)('a job whose marks the coordinator has forgotten', () => {
  let cluster: TestCluster;
  let server: LocalJobServer;
  let topic: string;
  let out: string;

  clusterAndServer(
    address ?? '',
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );
  afterEach(() => vi.restoreAllMocks());

  const ids = async (): Promise<number[]> =>
    parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);

  /** A transaction is readable a moment after it is answered. */
  const expectOnce = (): Promise<void> =>
    expect
      .poll(async () => differences(await ids(), range(0, 2 * records - 1)), { timeout: 5000 })
      .toEqual(none);
  const untilPublished = (count: number): Promise<JobDetails> =>
    server.untilJob(({ recordsIn, unpublished = 0 }) => recordsIn === count && unpublished === 0);

  /** A copy of a topic of which some is published, and then more, whose answer gets lost. */
  async function losesAnswer(coordinatorKnows: Mark | undefined): Promise<void> {
    topic = await cluster.createTopic('forgotten');
    out = await cluster.createTopic('forgotten-out');
    await server.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, address ?? '')}
       ${kafkaTableSql('copy', 'id BIGINT', out, address ?? '')}
       START JOB job AS INSERT INTO copy SELECT id FROM src WITH ('batch.records' = '500', 'delivery' = 'exactly-once');`,
    );
    await cluster.produceIds(topic, 0, records);
    await untilPublished(records);
    vi.spyOn(ClusterReader.prototype, 'mark').mockResolvedValue(coordinatorKnows);
    await loseNextAnswer(() => cluster.produceIds(topic, records, 2 * records));
  }

  it.each([
    ['of all', undefined],
    ['of the newer ones', older],
  ])('publishes each row once when it knows nothing %s: their log tells', async (_, coordinatorKnows) => {
    await losesAnswer(coordinatorKnows);
    await untilPublished(2 * records);
    await expectOnce();
  });

  it('publishes nothing more where that log may not be read, says why, and goes on when the coordinator knows again', async () => {
    vi.spyOn(ClusterReader.prototype, 'markInLog').mockResolvedValue(undefined);
    await losesAnswer(older);
    await server.untilJob(({ warnings }) => warnings.some((one) => one.includes('has forgotten which rows')));
    expect((await ids()).length).toBeLessThan(2 * records);
    vi.restoreAllMocks();
    await untilPublished(2 * records);
    await expectOnce();
    await server.untilJob(({ warnings }) => warnings.length === 0);
  });
});
