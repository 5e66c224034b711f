// The results of statements: the last few, each with its last rows, whether or not anyone looks at them.
import { Emitter } from 'vscode-jsonrpc/node';
import type { Cell } from '../../../server/protocol/results';
import type { PreviewBatch } from '../../../server/protocol/rpc';
import type { ResultInfo } from './messages';
import { RingBuffer } from './ringBuffer';

/** Results kept; opening another one forgets the oldest. */
const resultsMax = 10;
/** Previews whose rows came before the answer that names them. */
const earlyMax = 8;

interface Result {
  kind: 'table' | 'preview' | 'print';
  info: ResultInfo;
  rows: RingBuffer<Cell[]>;
}

const endings = {
  limit: 'limit reached',
  finished: 'finished',
  cancelled: 'stopped',
  failed: 'failed',
} as const;

export class ResultsModel {
  private results: Result[] = [];
  private readonly early = new Map<string, PreviewBatch[]>();
  private readonly listChanges = new Emitter<undefined>();
  private readonly rowChanges = new Emitter<{ id: string; rows: Cell[][] }>();
  private tables = 0;

  /** The result to look at. */
  shown: string | undefined;

  readonly onList = this.listChanges.event;
  readonly onRows = this.rowChanges.event;

  /** `rowsMax`: how many rows a new result keeps. `cancelPreview`: called for a running one that is dropped. */
  constructor(
    readonly rowsMax: () => number,
    private readonly cancelPreview: (id: string) => void,
  ) {}

  list(): ResultInfo[] {
    return this.results.map(({ info }) => info);
  }

  get current(): ResultInfo | undefined {
    return this.find(this.shown)?.info;
  }

  /** What is kept of a result's rows, the oldest first. */
  rows(id: string): { rows: Cell[][]; forgotten: number } {
    const buffer = this.find(id)?.rows;
    return { rows: buffer?.toArray() ?? [], forgotten: buffer?.forgotten ?? 0 };
  }

  /** Shows a finished table. */
  openTable(statement: string, columns: string[], rows: Cell[][]): void {
    const result = this.open('table', `table-${++this.tables}`, statement, columns);
    this.shown = result.info.id;
    result.rows.add(rows);
    result.info.total = rows.length;
    this.listChanges.fire(undefined);
  }

  /** Shows the rows of a query that runs, those that came already too. */
  openPreview(id: string, statement: string, columns: string[]): void {
    this.open('preview', id, statement, columns);
    this.shown = id;
    this.listChanges.fire(undefined);
    const batches = this.early.get(id) ?? [];
    this.early.delete(id);
    for (const batch of batches) this.add(batch);
  }

  /** Takes a batch of rows from the server. */
  add(batch: PreviewBatch): void {
    const result = this.find(batch.id);
    if (!result) {
      this.keepEarly(batch);
      return;
    }
    const { info } = result;
    result.rows.add(batch.rows);
    info.total += batch.rows.length;
    info.skipped = batch.skipped;
    if (batch.rows.length > 0) this.rowChanges.fire({ id: info.id, rows: batch.rows });
    if (batch.done) this.end(result, batch.done.message ?? endings[batch.done.reason]);
  }

  /** Takes rows of a print sink. They wait in the list; what the user looks at stays. */
  print(job: string, lines: readonly string[]): void {
    const id = `print-${job}`;
    const known = this.find(id);
    const result = known ?? this.open('print', id, `${job} prints`, ['row']);
    const rows = lines.map((line) => [line]);
    result.rows.add(rows);
    result.info.total += rows.length;
    result.info.running = true;
    this.shown ??= id;
    if (known) this.rowChanges.fire({ id, rows });
    else this.listChanges.fire(undefined);
  }

  /** The server is gone, and with it every running query. */
  lost(): void {
    for (const result of this.results) if (result.info.running) this.end(result, 'the server left');
    this.early.clear();
  }

  show(id: string): void {
    if (!this.find(id)) return;
    this.shown = id;
    this.listChanges.fire(undefined);
  }

  /** Ends the query whose rows are looked at. */
  stopShown(): void {
    const result = this.find(this.shown);
    if (result) this.stop(result);
  }

  /** Forgets all results and stops the queries that run. */
  clear(): void {
    const before = this.results;
    this.results = [];
    this.shown = undefined;
    before.forEach((result) => this.stop(result));
    this.listChanges.fire(undefined);
  }

  dispose(): void {
    this.listChanges.dispose();
    this.rowChanges.dispose();
  }

  private open(kind: Result['kind'], id: string, statement: string, columns: string[]): Result {
    const title = statement.replace(/\s+/g, ' ').trim();
    const running = kind !== 'table';
    const info: ResultInfo = { id, title, columns, running, total: 0, skipped: 0, note: '' };
    const result = { kind, info, rows: new RingBuffer<Cell[]>(this.rowsMax()) };
    this.results.push(result);
    const oldest = this.results.length > resultsMax ? this.results.shift() : undefined;
    if (oldest) this.stop(oldest);
    return result;
  }

  private stop({ kind, info }: Result): void {
    if (kind === 'preview' && info.running) this.cancelPreview(info.id);
  }

  private end({ info }: Result, note: string): void {
    info.running = false;
    info.note = note;
    this.listChanges.fire(undefined);
  }

  private find(id: string | undefined): Result | undefined {
    return this.results.find(({ info }) => info.id === id);
  }

  private keepEarly(batch: PreviewBatch): void {
    const batches = this.early.get(batch.id) ?? [];
    if (batches.length < earlyMax || batch.done) batches.push(batch);
    this.early.set(batch.id, batches);
    const [oldest] = this.early.keys();
    if (this.early.size > earlyMax && oldest !== undefined) this.early.delete(oldest);
  }
}
