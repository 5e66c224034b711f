// The answer to a commit gets lost, of a job server in this process.
import { vi } from 'vitest';
import { TransactionalProducer } from '../../server/connectors/kafka/transactionalProducer';

/** What is published next is committed, and who published it hears of a failure. Resolves when it has. */
export async function loseNextAnswer(publish: () => Promise<unknown>): Promise<void> {
  const transact = vi.spyOn(TransactionalProducer.prototype, 'transact');
  const lost = new Promise<void>((resolve) => {
    transact.mockImplementationOnce(async function (this: TransactionalProducer, ...published) {
      transact.mockRestore();
      await this.transact(...published);
      resolve();
      throw Object.assign(new Error('the answer was lost'), { retriable: true });
    });
  });
  await publish();
  await lost;
}
