// The client's one source of job snapshots: tree, lenses, status bar, notifications and language server read it.
import { Emitter } from 'vscode-jsonrpc/node';
import type { JobSnapshot, JobState } from '../../server/protocol/jobs';
import type { TableSummary } from '../../server/protocol/rpc';

/** Lag values kept for each job's sparkline; one a second at most. */
const lagHistoryMax = 60;

export interface JobsChange {
  /** Jobs with a new snapshot, and new ones. */
  changed: string[];
  removed: string[];
  /** Whether a job came, went or changed its state: what views show without delay. */
  urgent: boolean;
}

export class JobStore {
  private jobs = new Map<string, JobSnapshot>();
  private readonly lags = new Map<string, number[]>();
  private readonly requested = new Map<string, JobState>();
  private readonly changes = new Emitter<JobsChange>();
  private tableList: readonly TableSummary[] = [];
  private readonly tableChanges = new Emitter<undefined>();

  /** Whether the snapshots are live. While false, what jobs do is unknown. */
  known = false;

  readonly onChange = this.changes.event;
  readonly onTables = this.tableChanges.event;

  /** All jobs by name, as the user sees them: a request under way shows before the server has answered. */
  list(): JobSnapshot[] {
    return [...this.jobs.keys()].sort((a, b) => a.localeCompare(b)).flatMap((name) => this.get(name) ?? []);
  }

  get(name: string): JobSnapshot | undefined {
    const job = this.jobs.get(name);
    const state = this.requested.get(name);
    return job && state !== undefined ? { ...job, state } : job;
  }

  /** The last lags of a job, oldest first. */
  lagHistory(name: string): readonly number[] {
    return this.lags.get(name) ?? [];
  }

  get tables(): readonly TableSummary[] {
    return this.tableList;
  }

  /** Takes the full list, after connecting and on refresh. */
  replace(jobs: readonly JobSnapshot[]): void {
    const names = new Set(jobs.map((job) => job.name));
    const removed = [...this.jobs.keys()].filter((name) => !names.has(name));
    const appeared = !this.known;
    this.known = true;
    this.apply(jobs, removed, appeared);
  }

  /** Takes what changed. */
  update(jobs: readonly JobSnapshot[], removed: readonly string[] = []): void {
    this.apply(jobs, removed, false);
  }

  setTables(tables: readonly TableSummary[]): void {
    this.tableList = tables;
    this.tableChanges.fire(undefined);
  }

  /** The server is gone: nothing is known any more. */
  lost(): void {
    if (!this.known) return;
    const removed = [...this.jobs.keys()];
    this.known = false;
    this.jobs = new Map();
    this.lags.clear();
    this.changes.fire({ changed: [], removed, urgent: true });
    this.setTables([]);
  }

  /** Shows a job in `state` until `request` settles: a click shows at once. */
  async during<T>(name: string, state: JobState, request: Promise<T>): Promise<T> {
    this.requested.set(name, state);
    this.changes.fire({ changed: [name], removed: [], urgent: true });
    try {
      return await request;
    } finally {
      this.requested.delete(name);
      this.changes.fire({ changed: [name], removed: [], urgent: true });
    }
  }

  dispose(): void {
    this.changes.dispose();
    this.tableChanges.dispose();
  }

  private apply(jobs: readonly JobSnapshot[], removed: readonly string[], appeared: boolean): void {
    const gone = removed.filter((name) => this.jobs.delete(name));
    for (const name of gone) this.lags.delete(name);
    let urgent = appeared || gone.length > 0;
    const changed: string[] = [];
    for (const job of jobs) {
      const before = this.jobs.get(job.name);
      if (before && JSON.stringify(before) === JSON.stringify(job)) continue;
      urgent ||= before?.state !== job.state;
      this.jobs.set(job.name, job);
      this.remember(job);
      changed.push(job.name);
    }
    if (urgent || changed.length > 0) this.changes.fire({ changed, removed: gone, urgent });
  }

  private remember({ name, lag }: JobSnapshot): void {
    if (lag === null) return;
    const lags = this.lags.get(name) ?? [];
    lags.push(lag);
    if (lags.length > lagHistoryMax) lags.shift();
    this.lags.set(name, lags);
  }
}
