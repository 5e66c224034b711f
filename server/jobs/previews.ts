// Top-level SELECTs that run now: bounded in number, each with one receiver.
import type { PreviewPlan } from '../analysis/plan';
import type { Engine, Preview, StateRows } from '../engine/engine';
import type { Cell } from '../protocol/results';
import { messages } from './messages';

/** Receives the rows of previews. Calls come from the server's own loop; none after `done`. */
export interface PreviewReceiver {
  rows(id: string, rows: Cell[][]): void;
  done(id: string, reason: 'limit' | 'finished' | 'cancelled' | 'failed', message?: string): void;
}

export interface StartedPreview {
  id: string;
  columns: { name: string; type: string }[];
}

export class Previews {
  private readonly open = new Map<string, { receiver: PreviewReceiver; preview: Preview | undefined }>();
  private started = 0;

  constructor(
    private readonly engine: Engine,
    private readonly max: number,
  ) {}

  /** @throws StreamJobsError BAD_REQUEST when too many run, and what the engine says */
  async start(plan: PreviewPlan, receiver: PreviewReceiver): Promise<StartedPreview> {
    if (this.open.size >= this.max) throw messages.tooManyPreviews(this.max);
    this.started += 1;
    const id = `preview-${this.started}`;
    const entry: { receiver: PreviewReceiver; preview: Preview | undefined } = {
      receiver,
      preview: undefined,
    };
    this.open.set(id, entry);
    try {
      entry.preview = await this.engine.preview(plan, {
        rows: (rows) => {
          if (this.open.get(id) === entry) receiver.rows(id, rows);
        },
        done: (reason, message) => this.end(id, reason, message),
      });
    } catch (error) {
      this.open.delete(id);
      throw error;
    }
    // It may have come to its end, or been cancelled, before there was anything to close.
    if (this.open.get(id) !== entry) await entry.preview.close();
    return { id, columns: entry.preview.columns };
  }

  /** Rows that are all there already, given once whoever asked knows the preview. */
  show({ columns, rows }: StateRows, message: string | undefined, receiver: PreviewReceiver): StartedPreview {
    this.started += 1;
    const id = `preview-${this.started}`;
    setImmediate(() => {
      if (rows.length > 0) receiver.rows(id, rows);
      receiver.done(id, 'finished', message);
    });
    return { id, columns };
  }

  /** Does nothing for one that has ended. */
  async cancel(id: string): Promise<void> {
    const entry = this.open.get(id);
    if (entry === undefined) return;
    this.open.delete(id);
    await entry.preview?.close();
    entry.receiver.done(id, 'cancelled');
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.keys()].map((id) => this.cancel(id)));
  }

  private end(id: string, reason: 'limit' | 'finished' | 'failed', message?: string): void {
    const entry = this.open.get(id);
    if (entry === undefined) return;
    this.open.delete(id);
    entry.receiver.done(id, reason, message);
    void entry.preview?.close();
  }
}
