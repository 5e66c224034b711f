// A coordinator that answers from a part of its log denies marks that it acknowledged. One that is elected twice while it
// loads stays so until the next election, which nobody can bring about at will: here its answers are bent.
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { ClusterReader } from '../../server/connectors/kafka/clusterReader';
import { TransactionalProducer } from '../../server/connectors/kafka/transactionalProducer';
import type { JobDetails } from '../../server/protocol/jobs';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import { range } from './tables';

const address = inject('kafka');
const records = 2000;

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

  /** A copy of a topic of which some is published, and then batches whose answer gets lost. */
  async function losesAnswers(coordinatorKnows: (mark: number) => number | undefined): Promise<void> {
    topic = await cluster.createTopic('forgotten');
    out = await cluster.createTopic('forgotten-out');
    await server.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, address ?? '')}
       ${kafkaTableSql('copy', 'id BIGINT', out, address ?? '')}
       START JOB job AS INSERT INTO copy SELECT id FROM src WITH ('batch.records' = '500', 'delivery' = 'exactly-once');`,
    );
    await cluster.produceIds(topic, 0, records);
    await untilPublished(records);
    const mark = ClusterReader.prototype.mark;
    vi.spyOn(ClusterReader.prototype, 'mark').mockImplementation(async function (
      this: ClusterReader,
      ...asked
    ) {
      const known = await mark.apply(this, asked);
      const offset = known && coordinatorKnows(known.offset);
      return offset === undefined || !known ? undefined : { ...known, offset };
    });
    const transact = TransactionalProducer.prototype.transact;
    const published = vi.spyOn(TransactionalProducer.prototype, 'transact');
    published.mockImplementation(async function (this: TransactionalProducer, sends, offsets) {
      await transact.call(this, sends, offsets);
      if (sends.length === 0) return;
      published.mockRestore();
      throw Object.assign(new Error('the answer was lost'), { retriable: true });
    });
    await cluster.produceIds(topic, records, 2 * records);
  }

  it.each([
    ['of all', () => undefined],
    ['of the newer ones', () => 1],
  ])('publishes each row once when it knows nothing %s: their log tells', async (_, coordinatorKnows) => {
    await losesAnswers(coordinatorKnows);
    await untilPublished(2 * records);
    await expectOnce();
  });

  it('publishes nothing more where that log may not be read, says why, and goes on when the coordinator knows again', async () => {
    vi.spyOn(ClusterReader.prototype, 'markInLog').mockResolvedValue(undefined);
    let forgets = true;
    await losesAnswers((mark) => (forgets ? 1 : mark));
    await server.untilJob(({ warnings }) => warnings.some((one) => one.includes('has forgotten which rows')));
    expect((await ids()).length).toBeLessThan(2 * records);
    forgets = false;
    await untilPublished(2 * records);
    await expectOnce();
    await server.untilJob(({ warnings }) => warnings.length === 0);
  });
});
