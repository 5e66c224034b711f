// An outside that takes batches whole or not at all and remembers the last one; it survives its writers.
import type { OutgoingBatch, TransactionalWriter } from '../../../server/connectors/connector';
import { absent } from '../../../server/connectors/connector';
import { StreamJobsError } from '../../../server/protocol/errors';

export class FakeCluster {
  /** What a reader sees, in order, as `key=value` where there are keys. */
  rows: string[] = [];
  mark: number | undefined;
  /** Transactions that were committed. */
  transactions = 0;
  positions: OutgoingBatch['positions'] = new Map();
  away = false;
  /** Called before rows are there, and after. */
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  afterCommit: () => Promise<void> = () => Promise.resolve();
  private owner: object | undefined;
  private readonly waiting: { count: number; resolve: () => void }[] = [];

  /** Resolves when so many rows are there. */
  async rowsThere(count: number): Promise<void> {
    if (this.rows.length < count) await new Promise<void>((resolve) => this.waiting.push({ count, resolve }));
  }

  writer(outputs: readonly number[], commits: readonly string[]): TransactionalWriter {
    const self = {};
    let opened = false;
    const check = (): void => {
      if (this.away) throw new StreamJobsError('SINK_UNAVAILABLE', 'The cluster is away.');
      if (opened && this.owner !== self)
        throw new StreamJobsError('SINK_FAILED', 'Another server runs this job.');
    };
    return {
      outputs,
      commits,
      open: async () => {
        await Promise.resolve();
        check();
        opened = true;
        this.owner = self;
        return this.mark;
      },
      publish: async (batches) => {
        check();
        await this.beforeCommit();
        check();
        for (const { rows, number, positions } of batches) {
          for (const output of outputs) this.rows.push(...textsOf(rows[output]));
          this.mark = number;
          this.positions = positions;
        }
        this.transactions += 1;
        for (const { count, resolve } of this.waiting) if (this.rows.length >= count) resolve();
        await this.afterCommit();
      },
      close: () => Promise.resolve(),
    };
  }
}

function textsOf(rows: OutgoingBatch['rows'][number]): string[] {
  if (!rows) return [];
  const text = ({ buffer, starts, ends }: typeof rows.values, i: number): string =>
    starts[i] === absent ? 'null' : buffer.toString('utf8', starts[i], ends[i]);
  return Array.from({ length: rows.count }, (_, i) =>
    rows.keys ? `${text(rows.keys, i)}=${text(rows.values, i)}` : text(rows.values, i),
  );
}
