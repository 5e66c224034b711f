import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PrintSink } from '../../../server/connectors/print/sink';
import { makeSink, never, newContext, rowBatch, tableOf } from './fixtures';
import type { TestContext } from './fixtures';

const table = tableOf('print', {}, { id: 'int' });

function kept({ jobDir }: TestContext): string {
  const folder = path.join(jobDir, 'print');
  const generation = (name: string): number => Number(name.split('.').at(-2));
  const names = readdirSync(folder).sort((a, b) => generation(a) - generation(b));
  return names.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('');
}

describe('print', () => {
  it('shows rows once they are committed, not before', async () => {
    const context = newContext();
    const sink = makeSink(tableOf('print', { 'print-identifier': 'out' }), context);
    await sink.open(undefined);
    await sink.write(rowBatch(['{"id":1}', '{"id":2}']), never);
    await sink.flush(never);
    expect(context.printed).toEqual([]);
    sink.committed?.();
    sink.committed?.();
    expect(context.printed).toEqual(['out> {"id":1}', 'out> {"id":2}']);
  });

  it('keeps each row once when it is killed between a flush and its commit', async () => {
    const context = newContext();
    const first = makeSink(table, context);
    await first.open(undefined);
    await first.write(rowBatch(['a']), never);
    const position = await first.flush(never);
    first.committed?.();
    await first.write(rowBatch(['b']), never);
    await first.flush(never);
    const again = newContext(context.baseDir);
    const second = makeSink(table, again);
    await second.open(position);
    await second.write(rowBatch(['b']), never);
    await second.flush(never);
    second.committed?.();
    expect(kept(context)).toBe('a\nb\n');
    expect([...context.printed, ...again.printed]).toEqual(['orders> a', 'orders> b']);
  });

  it('begins anew for a job that starts for the first time', async () => {
    const context = newContext();
    for (const row of ['of a dropped job', 'new']) {
      const sink = makeSink(table, context);
      await sink.open(undefined);
      await sink.write(rowBatch([row]), never);
      await sink.flush(never);
      await sink.close();
    }
    expect(kept(context)).toBe('new\n');
  });

  it('keeps the last rows in two files of a bounded size, also over a restart', async () => {
    const context = newContext();
    let position: string | undefined;
    for (let i = 0; i < 40; i++) {
      const sink = new PrintSink(table, context, 100);
      await sink.open(position);
      await sink.write(rowBatch([`row ${i} ${'x'.repeat(30)}`]));
      await sink.write(rowBatch([`row ${i} again`]));
      position = await sink.flush();
      sink.committed();
      await sink.close();
    }
    expect(readdirSync(path.join(context.jobDir, 'print'))).toHaveLength(2);
    const lines = kept(context).trim().split('\n');
    expect(lines.at(-1)).toBe('row 39 again');
    expect(context.printed).toHaveLength(80);
  });

  it('shows a part of very many rows, and how many more there are', async () => {
    const context = newContext();
    const sink = makeSink(table, context);
    await sink.open(undefined);
    await sink.write(rowBatch(Array.from({ length: 1500 }, (_, i) => String(i))), never);
    await sink.flush(never);
    sink.committed?.();
    expect(context.printed).toHaveLength(1001);
    expect(context.printed.at(-1)).toMatch(/^orders> \.\.\. 500 more rows in /);
  });
});
