// The durable side of one job: its record and pauses in memory, each change written to the store.
import type { Clock } from '../connectors/connector';
import type { PauseEvent } from '../protocol/jobs';
import type { JobLimits } from './limits';
import type { JobRecord, PauseRecord, Store, StoreChange } from './store';

export class JobJournal {
  private unwritten = false;
  private last: Promise<void> = Promise.resolve();
  private readonly ended = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly limits: JobLimits,
    private state: { record: JobRecord; pauses: PauseRecord[] },
  ) {}

  get record(): JobRecord {
    return this.state.record;
  }

  /** The last pauses, the newest last. */
  get pauses(): readonly PauseRecord[] {
    return this.state.pauses;
  }

  /** The pause that has not ended, if there is one. */
  get openPause(): PauseRecord | undefined {
    const last = this.state.pauses.at(-1);
    return last?.event.resumedAt === undefined ? last : undefined;
  }

  /** Whether something that was done could not be written yet. */
  get behind(): boolean {
    return this.unwritten;
  }

  /**
   * Makes a change durable; until then nothing here shows it. Throws the reason of `signal` when it has fired since.
   * @throws StreamJobsError STORAGE: nothing changed
   */
  async write(change: Partial<JobRecord>, pause?: PauseEvent, signal?: AbortSignal): Promise<void> {
    await this.inTurn(async () => {
      const next = this.with(change, pause);
      await this.store.write(this.changes(next, pause !== undefined));
      this.state = next;
      this.unwritten = false;
    });
    signal?.throwIfAborted();
  }

  /**
   * For what has happened already: shown at once, written as soon as it can be. Resolves after the first attempt.
   * @param number of the pause, where it is neither the open one nor a new one
   */
  async keep(change: Partial<JobRecord>, pause?: PauseEvent, number?: number): Promise<void> {
    this.state = this.with(change, pause, number);
    await this.inTurn(async () => {
      try {
        await this.store.write(this.changes(this.state, pause !== undefined));
        this.unwritten = false;
      } catch {
        if (!this.unwritten) void this.tryAgain();
        this.unwritten = true;
      }
    });
  }

  /** Forgets the job for good. */
  async remove(): Promise<void> {
    await this.store.write([{ kind: 'dropJob', name: this.record.name }]);
    this.end();
  }

  /** Ends the attempts to write what could not be written. */
  end(): void {
    this.ended.abort();
  }

  private async tryAgain(): Promise<void> {
    const { signal } = this.ended;
    for (let waitMs = this.limits.retryFirstMs; ; waitMs = Math.min(waitMs * 2, this.limits.retryMaxMs)) {
      await this.clock.sleep(waitMs, signal);
      if (signal.aborted || !this.unwritten) return;
      await this.inTurn(async () => {
        // What was written meanwhile has it all.
        if (this.unwritten) await this.store.write(this.changes(this.state, true));
        this.unwritten = false;
      }).catch(() => undefined);
    }
  }

  /** One write after the other: a late attempt to write what was must not overtake what is. */
  private inTurn(write: () => Promise<void>): Promise<void> {
    const mine = this.last.then(write);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Without a number, what is said of a pause is said of the open one, and is a new one where none is open. */
  private with(
    change: Partial<JobRecord>,
    event?: PauseEvent,
    number = this.openPause?.number ?? (this.state.pauses.at(-1)?.number ?? 0) + 1,
  ): { record: JobRecord; pauses: PauseRecord[] } {
    const record = { ...this.state.record, ...change };
    // A job that may read moves on from the checkpoint that was noted.
    if (record.desired === 'running') record.checkpoint = undefined;
    if (event === undefined) return { record, pauses: this.state.pauses };
    const others = this.state.pauses.filter((pause) => pause.number !== number);
    return { record, pauses: [...others, { number, event }].slice(-this.limits.pausesKept) };
  }

  /** What was said of a pause before and could not be written comes along. */
  private changes(
    { record, pauses }: { record: JobRecord; pauses: PauseRecord[] },
    ofPause: boolean,
  ): StoreChange[] {
    const changes: StoreChange[] = [{ kind: 'job', record }];
    const pause = pauses.at(-1);
    const keepFrom = pauses[0]?.number ?? 0;
    if (pause !== undefined && (ofPause || this.unwritten))
      changes.push({ kind: 'pause', job: record.name, pause, keepFrom });
    return changes;
  }
}
