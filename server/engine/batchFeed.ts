// Makes batches out of what the sources give: takes records, fills input tables while the last batch is computed, and
// keeps what was taken and not processed for the next run.
import { stat } from 'node:fs/promises';
import type { StreamJobsError } from '../protocol/errors';
import { BatchSize, type BatchTimes } from './batchSize';
import type { CommitHealth, JobPositions } from './engine';
import type { Slice } from './inputTable';
import { limits } from './limits';
import type { PreparedBatch } from './microBatch';
import type { ScanOperator } from './operators/scan';
import type { PipelineSpec, Session } from './session';
import { SourceCommits } from './sourceCommits';
import { SourceReader } from './sourceReader';

/** A partition of a scan, and the first of the batch's records that is not processed. */
export type Cut = { scan: ScanOperator; partition: number; index: number }[];

export class BatchFeed {
  readonly #readers: SourceReader[];
  readonly #size: BatchSize;
  /** Taken and filled, the next first. */
  readonly #ready: PreparedBatch[] = [];
  /** The one that is being filled. */
  #filling: Promise<void> | undefined;
  #arrival: (() => void) | undefined;
  #slot = 0;
  #lastRecords = 0;
  #dirty = false;
  #finalGiven = false;
  #started = false;
  /** Reading has begun, and nothing was taken since. */
  #fresh = true;
  /** Records are taken up to some positions only: the sources' ends are left to a later run. */
  #limited = false;
  readonly #commits: SourceCommits[];
  #idleSince: number | undefined;
  /** Size of the job's files, looked at now and then. */
  stateBytes: number | null = null;
  #stateBytesAt = -Infinity;

  constructor(
    private readonly session: Session,
    private readonly spec: PipelineSpec,
    events: { trouble(message: string | null): void; failed(error: StreamJobsError): void },
    told: () => void,
  ) {
    this.#size = new BatchSize(spec.options.batchRecordsMax);
    this.#readers = session.sources.map(
      (source) =>
        new SourceReader(source, spec.options.batchRecordsMax, spec.clock, {
          available: () => this.#arrival?.(),
          ...events,
        }),
    );
    this.#commits = session.sources.flatMap((source, index) => {
      const stream = spec.scans[index]?.table.name ?? '';
      // Told in the transactions of the rows.
      if (session.outgoing?.publishing.commits.has(stream) === true) return [];
      const commits = new SourceCommits(source, stream, spec.clock, spec.warn, (positions) => {
        session.told.set(stream, positions);
        told();
      });
      return [commits];
    });
  }

  /** Starts or goes on reading. */
  start(): void {
    this.#fresh = true;
    for (const reader of this.#readers) reader.start();
  }
  /** Stops reading; what was read stays. */
  async stop(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.stop()));
    await this.#filling;
  }

  /** No input table is being filled. */
  async settled(): Promise<void> {
    await this.#filling;
  }

  /** From now on takes nothing at or behind these positions, and nothing of other partitions; undefined ends that.
   *  While nothing is being taken. */
  async limitTo(targets: JobPositions | undefined): Promise<void> {
    await this.#filling;
    this.#giveBackReady();
    this.#limited = targets !== undefined;
    for (const [index, reader] of this.#readers.entries())
      reader.limitTo(targets && (targets.get(this.spec.scans[index]?.table.name ?? '') ?? new Map()));
  }
  /** The sources have ended and everything was taken. */
  get ended(): boolean {
    return this.#ready.length === 0 && this.#readers.every((reader) => reader.finished);
  }

  get commits(): CommitHealth[] {
    return this.#commits.map(({ health }) => health);
  }

  /** Nothing will be read or told to the outside any more. */
  close(): void {
    for (const commits of this.#commits) commits.close();
  }

  /** The next batch, or undefined when the signal fired. Behind, the one after it is filled meanwhile. */
  async next(signal: AbortSignal): Promise<PreparedBatch | undefined> {
    await this.#filling;
    const fresh = this.#fresh;
    while (this.#ready.length === 0) {
      if (signal.aborted) return undefined;
      if (this.#hasWork()) await this.#fill();
      else await this.#wait(signal);
    }
    this.#idleSince = undefined;
    const batch = this.#ready.shift();
    // The first rows do not wait for what is behind them.
    if (!fresh && this.#ready.length === 0 && this.#waiting() >= limits.lingerRecords)
      this.#filling = this.#fill();
    return batch;
  }

  #waiting(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.waiting, 0);
  }
  #hasWork(): boolean {
    if (!this.#started || this.#readers.some((reader) => reader.hasSome)) return true;
    if (this.#limited) return false;
    const allFinished = this.#readers.every((reader) => reader.finished);
    return (allFinished && !this.#finalGiven) || this.session.times.moved();
  }

  /** Takes what is there into the free slot. */
  async #fill(): Promise<void> {
    const readers = this.#readers;
    const most = Math.min(this.#size.records, this.#fresh ? limits.batchRecordsFirst : Infinity);
    const share = Math.max(1, Math.floor(most / Math.max(1, readers.length)));
    const slices = readers.map((reader) => reader.take(share, limits.batchBytesMax / readers.length));
    const records = slices.flat().reduce((sum, { from, to }) => sum + to - from, 0);
    const ended = [...readers.keys()].filter((index) => !this.#limited && readers[index]?.finished);
    const final = !this.#limited && ended.length === readers.length;
    this.#started = true;
    if (records > 0) this.#fresh = false;
    this.#finalGiven = final;
    const tables = this.session.slots[this.#slot] ?? [];
    this.#slot = 1 - this.#slot;
    const inputs = tables.map((table, scan) => ({ table, slices: slices[scan] ?? [] }));
    this.#ready.push({ inputs, records, ended, final });
    for (const { table, slices: own } of inputs) await table.fill(own);
  }

  /** Until records arrive, time passes or the signal fires; after a small batch a moment longer, to gather more. */
  async #wait(signal: AbortSignal): Promise<void> {
    const { clock } = this.spec;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    signal.addEventListener('abort', wake, { once: true });
    this.#arrival = wake;
    await clock.sleep(limits.idleCheckMs, woken.signal);
    this.#arrival = undefined;
    signal.removeEventListener('abort', wake);
    if (this.#hasWork() && this.#lastRecords < limits.lingerRecords && !signal.aborted)
      await clock.sleep(limits.lingerMs, signal);
    else if (!this.#hasWork()) await this.#whenIdle();
  }

  /** Quiet for a while, the database's log is written back, once. */
  async #whenIdle(): Promise<void> {
    const now = this.spec.clock.monotonic();
    this.#idleSince ??= now;
    if (!this.#dirty || now - this.#idleSince < limits.checkpointIdleMs) return;
    this.#dirty = false;
    await this.session.database.checkpoint().catch(() => undefined);
  }

  /** A batch is durable: see BatchSize. */
  done(batch: PreparedBatch, times: BatchTimes): void {
    this.#lastRecords = batch.records;
    this.#size.observe(batch.records, times);
  }
  /** More can be taken at once. */
  get isBehind(): boolean {
    return this.#ready.length > 0 || this.#waiting() >= limits.lingerRecords;
  }
  /** Batches are not durable: their records come again, before those that were taken after them. */
  giveBack(batches: readonly PreparedBatch[]): void {
    if (batches.length === 0) return;
    this.#giveBackReady();
    for (const { inputs } of [...batches].reverse())
      for (const [scan, { slices }] of inputs.entries()) this.#readers[scan]?.giveBack(slices);
  }
  /** Gives back what was taken ahead. */
  #giveBackReady(): void {
    for (const { inputs } of this.#ready.splice(0).reverse())
      for (const [scan, { slices }] of inputs.entries()) this.#readers[scan]?.giveBack(slices);
    this.#finalGiven = false;
  }

  /** The records of a batch before its cut, if there is one. */
  processed(batch: PreparedBatch, scan: ScanOperator, cut: Cut = []): Slice[] {
    return this.#split(batch, scan, cut).processed;
  }
  /** Gives back what was behind the cut, and what was taken after this batch. */
  cut(batch: PreparedBatch, cut: Cut): void {
    this.#giveBackReady();
    for (const scan of this.session.program.scans)
      this.#readers[scan.index]?.giveBack(this.#split(batch, scan, cut).left);
  }
  #split(batch: PreparedBatch, scan: ScanOperator, cut: Cut): { processed: Slice[]; left: Slice[] } {
    const processed: Slice[] = [];
    const left: Slice[] = [];
    let index = 0;
    for (const slice of batch.inputs[scan.index]?.slices ?? []) {
      const places = cut
        .filter((at) => at.scan === scan && at.partition === slice.batch.partition)
        .map((at) => at.index);
      const to = Math.max(slice.from, Math.min(slice.to, slice.from + Math.min(...places) - index));
      const border = places.length === 0 ? slice.to : to;
      // Without records: the position moves when everything before it is processed.
      if (slice.to === slice.from)
        (places.length === 0 || Math.min(...places) >= index ? processed : left).push(slice);
      if (border > slice.from) processed.push({ ...slice, to: border });
      if (border < slice.to) left.push({ ...slice, from: border });
      index += slice.to - slice.from;
    }
    return { processed, left };
  }

  /** Tells the outside how far the job is, and looks at the files' size. */
  committed(positions: JobPositions): void {
    this.#dirty = true;
    this.tell(positions);
    void this.#measure();
  }

  /** Tells the outside how far the job is, in the background. */
  tell(positions: JobPositions): void {
    if (this.spec.isMuted === true) return;
    for (const commits of this.#commits) commits.request(positions);
  }

  async #measure(): Promise<void> {
    const path = this.spec.databasePath;
    const now = this.spec.clock.monotonic();
    if (path === undefined || now - this.#stateBytesAt < 1000) return;
    this.#stateBytesAt = now;
    const sizes = await Promise.all(
      [path, `${path}.wal`].map((file) =>
        stat(file).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    this.stateBytes = sizes.reduce((sum, size) => sum + size, 0);
  }
}
