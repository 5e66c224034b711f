// Keeps the job store in step with the server, connection after connection.
import { Emitter } from 'vscode-jsonrpc/node';
import type { JobServerConnection } from '../../server/protocol/connect';
import * as protocol from '../../server/protocol/rpc';
import type { JobServerHost } from './jobServerHost';
import type { JobStore } from './jobStore';

export class JobSync {
  private readonly disposables: { dispose(): void }[] = [];
  private readonly prints = new Emitter<{ job: string; lines: string[] }>();
  private readonly logs = new Emitter<{ level: 'info' | 'warn' | 'error'; message: string }>();
  private readonly previews = new Emitter<protocol.PreviewBatch>();

  readonly onPrint = this.prints.event;
  readonly onLog = this.logs.event;
  readonly onPreview = this.previews.event;

  constructor(
    private readonly host: JobServerHost,
    private readonly store: JobStore,
    private readonly report: (error: unknown) => void,
  ) {
    this.disposables.push(
      host.onConnection((connection) => this.subscribe(connection)),
      host.onState((state) => {
        if (state !== 'connected') store.lost();
      }),
      this.prints,
      this.logs,
      this.previews,
    );
  }

  /** Reads all jobs and tables anew, if a server is connected. */
  async refresh(): Promise<void> {
    const { connection } = this.host;
    if (!connection) return;
    const [jobs, tables] = await Promise.all([
      connection.rpc.sendRequest(protocol.listJobs, {}),
      connection.rpc.sendRequest(protocol.listTables, {}),
    ]);
    if (this.host.connection !== connection) return;
    this.store.replace(jobs);
    this.store.setTables(tables);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private subscribe({ rpc }: JobServerConnection): void {
    rpc.onNotification(protocol.jobsChanged, ({ jobs, removed }) => {
      // What is not known yet comes with the first list.
      if (!this.store.known) return;
      const tablesMayDiffer =
        removed.length > 0 || jobs.some((job) => this.store.get(job.name) === undefined);
      this.store.update(jobs, removed);
      if (tablesMayDiffer) this.refreshSoon();
    });
    rpc.onNotification(protocol.printRows, (rows) => {
      this.prints.fire(rows);
    });
    rpc.onNotification(protocol.serverLog, (entry) => {
      this.logs.fire(entry);
    });
    rpc.onNotification(protocol.previewRows, (batch) => {
      this.previews.fire(batch);
    });
    this.refreshSoon();
  }

  private refreshSoon(): void {
    this.refresh().catch(this.report);
  }
}
