// What is known of a job's progress: positions, counters, the log's ends as last read, and how lag changes.
import type { Clock } from '../connectors/connector';
import {
  emptyCounters,
  type JobPositions,
  type PartitionProgress,
  type PipelineCounters,
} from '../engine/engine';
import { within } from './deadline';
import { LagHistory, totalLag } from './lag';
import { messages } from './messages';

export class JobReadings {
  /** Where the job stands, as last known; what a cold job resumes from is in its checkpoint. */
  positions: JobPositions = new Map();
  counters: PipelineCounters = emptyCounters();
  readonly history = new LagHistory();
  /** Before this moment nothing unread is deleted, epoch ms; null: never, or unknown. Of a paused job. */
  horizon: number | null = null;
  private horizonReadAt = -Infinity;
  private partitionsRead: PartitionProgress[] | undefined;
  /** When positions or counters last moved on, on the clock that never jumps. */
  progressAt = -Infinity;
  private progress = '';
  private reading: Promise<boolean> | undefined;
  /** Raised when the job lets go of what is being read. */
  private generation = 0;

  constructor(
    private readonly clock: Clock,
    private readonly deadlineMs: number,
  ) {}

  /** Undefined before the first reading. */
  get partitions(): readonly PartitionProgress[] | undefined {
    return this.partitionsRead;
  }

  /** The sum over partitions, null while one is unknown. */
  get lag(): number | null {
    return this.partitionsRead === undefined ? null : totalLag(this.partitionsRead);
  }

  /**
   * Reads the log's ends; readings asked for meanwhile share this one. Never rejects: then they are unknown.
   * Resolves with whether anything is different from before.
   */
  refresh(read: () => Promise<PartitionProgress[]>): Promise<boolean> {
    this.reading ??= this.readOnce(read).finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** What somebody else just read. */
  see(partitions: PartitionProgress[]): void {
    this.partitionsRead = partitions;
    this.history.add({ at: this.clock.monotonic(), lag: this.lag, recordsIn: this.counters.recordsIn });
  }

  /** Reads the horizon where that is long ago. Never rejects. */
  async refreshHorizon(everyMs: number, read: () => Promise<number | null>): Promise<void> {
    const now = this.clock.monotonic();
    if (now - this.horizonReadAt < everyMs) return;
    this.horizonReadAt = now;
    const { generation } = this;
    const late = () => messages.internal('The retention horizon', 'its sources did not answer in time');
    const deadline = { clock: this.clock, ms: this.deadlineMs, graceMs: 1, late };
    const horizon = await within(deadline, () => read()).catch(() => null);
    if (generation === this.generation) this.horizon = horizon;
    else this.horizonReadAt = -Infinity;
  }

  /** It goes on from here: what was known of the horizon is of before. */
  forgetHorizon(): void {
    this.horizon = null;
    this.horizonReadAt = -Infinity;
  }

  /** The job stands at `positions` now: what was read before counts for the log's ends only. */
  stand(positions: JobPositions): void {
    this.positions = positions;
    this.generation += 1;
    this.partitionsRead = this.partitionsRead?.map((partition) => ({
      ...partition,
      position: positions.get(partition.stream)?.get(partition.partition) ?? partition.position,
    }));
  }

  private async readOnce(read: () => Promise<PartitionProgress[]>): Promise<boolean> {
    const { generation, partitionsRead: before } = this;
    const growth = this.history.lagPerSecond();
    const late = () => messages.internal('Lag', 'its sources did not answer in time');
    const deadline = { clock: this.clock, ms: this.deadlineMs, graceMs: 1, late };
    const partitions = await within(deadline, () => read()).catch(() => undefined);
    this.partitionsRead = partitions ?? this.partitionsWithoutEnds();
    if (generation !== this.generation) this.stand(this.positions);
    this.noteProgress();
    this.history.add({ at: this.clock.monotonic(), lag: this.lag, recordsIn: this.counters.recordsIn });
    return growth !== this.history.lagPerSecond() || !isSame(before, this.partitionsRead);
  }

  private noteProgress(): void {
    const positions = [...this.positions.values()].flatMap((partitions) => [...partitions.values()]);
    const progress = [this.counters.recordsIn, ...positions].join();
    if (progress !== this.progress) this.progressAt = this.clock.monotonic();
    this.progress = progress;
  }

  private partitionsWithoutEnds(): PartitionProgress[] {
    const all = [...this.positions].flatMap(([stream, partitions]) =>
      [...partitions].map(([partition, position]) => ({
        stream,
        partition,
        position,
        start: null,
        end: null,
      })),
    );
    return all.length > 0 ? all : (this.partitionsRead ?? []).map((p) => ({ ...p, start: null, end: null }));
  }
}

function isSame(
  before: readonly PartitionProgress[] | undefined,
  after: readonly PartitionProgress[],
): boolean {
  return (
    before?.length === after.length &&
    before.every((partition, i) => {
      const other = after[i];
      return (
        partition.stream === other?.stream &&
        partition.partition === other.partition &&
        partition.position === other.position &&
        partition.start === other.start &&
        partition.end === other.end
      );
    })
  );
}
