// Rows of a SELECT that runs as a preview on the server.
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { StreamJobsError } from '../protocol/errors';
import type { Cell } from '../protocol/results';
import * as protocol from '../protocol/rpc';

type Batch = protocol.PreviewBatch;

/** Keeps what arrives of each preview until somebody follows it: rows may come before the answer that names it. */
export class PreviewCollector {
  private readonly early: Batch[] = [];
  private listener: ((batch: Batch) => void) | undefined;

  constructor(private readonly rpc: MessageConnection) {
    rpc.onNotification(protocol.previewRows, (batch) => {
      if (this.listener) this.listener(batch);
      else this.early.push(batch);
    });
  }

  /** Hands over the rows of preview `id` until it ends or `stop` fires. @throws StreamJobsError when it failed */
  async follow(id: string, stop: AbortSignal, onRow: (row: Cell[]) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      stop.addEventListener('abort', () => resolve(), { once: true });
      this.rpc.onClose(() =>
        reject(new StreamJobsError('SERVER_NOT_RUNNING', 'The server left during the query.')),
      );
      const take = (batch: Batch) => {
        if (batch.id !== id) {
          this.early.push(batch);
          return;
        }
        batch.rows.forEach(onRow);
        if (batch.done?.reason === 'failed') {
          reject(new StreamJobsError('SOURCE_FAILED', batch.done.message ?? 'The query failed.'));
        } else if (batch.done !== undefined) resolve();
      };
      this.listener = take;
      this.early.splice(0).forEach(take);
    }).finally(() => {
      this.listener = undefined;
    });
    if (stop.aborted) await this.rpc.sendRequest(protocol.cancel, { id });
  }
}
