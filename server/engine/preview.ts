// A top-level SELECT: the same pipeline in memory, whose sink shows rows as cells and ends it at the limit.
import { rm } from 'node:fs/promises';
import type { PreviewPlan } from '../analysis/plan';
import { formatType } from '../analysis/typeNames';
import { absent } from '../connectors/connector';
import type { RowBatch, Sink } from '../connectors/connector';
import type { Cell } from '../protocol/results';
import { sourceOf } from './createEngine';
import type { EngineOptions } from './createEngine';
import type { Preview, PreviewSink } from './engine';
import { cellEncoder } from './formats/encoder';
import { DuckPipeline } from './pipeline';
import { openSession } from './session';
import type { PipelineSpec } from './session';

/** Rows in one batch of a preview: few, so that the first are there at once. */
const batchRecordsMax = 1000;
let previews = 0;

export async function openPreview(
  plan: PreviewPlan,
  sink: PreviewSink,
  { connectors, clock, context }: EngineOptions,
): Promise<Preview> {
  const jobName = `preview-${++previews}`;
  const connectorContext = context(jobName);
  const columns = plan.input.columns.map(({ name, type }) => ({ name, type: formatType(type) }));
  const shown = new CellSink(plan.limit, sink);
  const spec: PipelineSpec = {
    jobName,
    scans: plan.scans,
    outputs: [{ name: 'preview', node: plan.input, encoder: cellEncoder(plan.input.columns), sink: shown }],
    fingerprint: jobName,
    options: { onError: 'skip', delivery: 'at-least-once', batchRecordsMax },
    databasePath: undefined,
    clock,
    source: (table) => sourceOf(connectors, table, connectorContext),
    warn: () => undefined,
  };
  const session = await openSession(spec, new AbortController().signal);
  const ended: { reason?: 'limit' | 'finished' | 'failed' } = {};
  const end = (reason: 'limit' | 'finished' | 'failed', message?: string): void => {
    if (ended.reason) return;
    ended.reason = reason;
    const failed = pipeline.counters().recordsFailed;
    const skipped = failed > 0 ? `${failed} bad records were left out.` : undefined;
    sink.done(reason, message ?? skipped);
    void letGo();
  };
  const pipeline: DuckPipeline = new DuckPipeline(spec, session, {
    finished: () => end('finished'),
    failed: (error) => end('failed', error.message),
    pauseWanted: () => undefined,
    trouble: () => undefined,
    reached: () => undefined,
  });
  const letGo = async (): Promise<void> => {
    await pipeline.close();
    await rm(connectorContext.jobDir, { recursive: true, force: true });
  };
  shown.full = () => end('limit');
  await pipeline.run(new AbortController().signal);
  return {
    columns,
    close: () => {
      ended.reason ??= 'finished';
      return letGo();
    },
  };
}

/** Shows the rows of committed batches, up to the limit. */
class CellSink implements Sink {
  full: () => void = () => undefined;
  #rows: Cell[][] = [];
  #shown = 0;

  constructor(
    private readonly limit: number | undefined,
    private readonly target: PreviewSink,
  ) {}

  open(): Promise<void> {
    this.#rows = [];
    return Promise.resolve();
  }
  write({ values, count }: RowBatch): Promise<void> {
    const left = (this.limit ?? Infinity) - this.#shown - this.#rows.length;
    for (let i = 0; i < Math.min(count, left); i++) {
      const start = values.starts[i] ?? absent;
      if (start !== absent)
        this.#rows.push(JSON.parse(values.buffer.toString('utf8', start, values.ends[i])) as Cell[]);
    }
    return Promise.resolve();
  }
  flush(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  committed(): void {
    const rows = this.#rows;
    this.#rows = [];
    this.#shown += rows.length;
    if (rows.length > 0) this.target.rows(rows);
    if (this.limit !== undefined && this.#shown >= this.limit) this.full();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
