// A store in memory: what a crash leaves is what `disk` holds.
import { StreamJobsError } from '../../../server/protocol/errors';
import type {
  JobRecord,
  PauseRecord,
  RelationRecord,
  Store,
  StoreChange,
  StoreContents,
} from '../../../server/jobs/store';
import type { FakeClock } from './fakeClock';

/** Survives crashes. */
export class FakeDisk {
  readonly jobs = new Map<string, JobRecord>();
  readonly pauses = new Map<string, Map<number, PauseRecord>>();
  readonly relations = new Map<string, RelationRecord>();
  writes = 0;
  /** The next so many writes fail, as on a full disk, after so many that do not. */
  failing = 0;
  sparing = 0;

  apply(change: StoreChange): void {
    switch (change.kind) {
      case 'job':
        this.jobs.set(change.record.name, structuredClone(change.record));
        return;
      case 'pause': {
        const pauses = this.pauses.get(change.job) ?? new Map<number, PauseRecord>();
        pauses.set(change.pause.number, structuredClone(change.pause));
        for (const number of pauses.keys()) if (number < change.keepFrom) pauses.delete(number);
        this.pauses.set(change.job, pauses);
        return;
      }
      case 'dropJob':
        this.jobs.delete(change.name);
        this.pauses.delete(change.name);
        return;
      case 'relation':
        this.relations.set(change.record.name, structuredClone(change.record));
        return;
      case 'dropRelation':
        this.relations.delete(change.name);
    }
  }

  history(job: string): PauseRecord[] {
    return [...(this.pauses.get(job)?.values() ?? [])].sort((a, b) => a.number - b.number);
  }
}

/** One server's hold on the disk; `cut` is its crash. A write takes a millisecond. */
export class FakeStore implements Store {
  private alive = true;
  closed = false;

  constructor(
    readonly disk: FakeDisk,
    private readonly clock: FakeClock,
  ) {}

  load(): Promise<StoreContents> {
    const jobs = [...this.disk.jobs.values()].map((record) => ({
      record: structuredClone(record),
      pauses: structuredClone(this.disk.history(record.name)),
    }));
    return Promise.resolve({ jobs, relations: [...this.disk.relations.values()] });
  }

  async write(changes: StoreChange[]): Promise<void> {
    await this.clock.sleep(1);
    if (!this.alive) await new Promise(() => undefined);
    this.disk.writes += 1;
    if (this.disk.sparing > 0) this.disk.sparing -= 1;
    else if (this.disk.failing > 0) {
      this.disk.failing -= 1;
      throw new StreamJobsError('STORAGE', 'The disk is full.');
    }
    for (const change of changes) this.disk.apply(change);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  cut(): void {
    this.alive = false;
  }
}
