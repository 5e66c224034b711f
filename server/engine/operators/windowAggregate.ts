// Aggregates over tumbling windows. State: partial aggregates for each window and key, appended batch by batch and
// merged when the watermark passes the window's last millisecond. Values of DISTINCT aggregates are part of the key of
// a partial, so that one table serves both. Rows for a window that was already closed are late: dropped and counted.
import type { BoundExpression, WindowAggregateNode } from '../../analysis/plan';
import { cast } from '../sqlText';
import { mergedAggregate, partialAggregate } from './aggregates';
import type { PartialAggregate } from './aggregates';
import { materialised } from './materialised';
import { goodRows, statePrefix } from './operator';
import type { DeltaForm, Operator, StepContext } from './operator';
import { projected } from './project';

/** Its state: partial aggregates, with the columns win, k0, k1, ... for the keys, and those of the aggregates. */
export function partialsTable(node: number): string {
  return `${statePrefix(node)}partials`;
}

export function windowAggregate(node: WindowAggregateNode, input: Operator): Operator {
  const parts = layout(node);
  const table = partialsTable(node.id);
  const result = materialised(`d_${node.id}`, node.columns.length);
  const { sizeMs, offsetMs } = node.window;
  const operator: Operator = {
    node,
    inputs: [input],
    // The types are those of the statement that fills it.
    ddl: () => [`CREATE TABLE ${table} AS SELECT * EXCLUDE (n) FROM (${partials(rows('plain'))}) LIMIT 0`],
    prepare: (database) => result.replace(database, closed(0), false),
    quiet: () => result.quiet(),
    delta: (form) => result.delta(form),
    restore: () => result.restore(),
    state: standing,
    checks: () => (input.quiet() ? [] : [rows('checked')]),
    step: async (context) => {
      const before = context.watermarkBefore(operator);
      const after = context.watermarkAfter(operator);
      if (!input.quiet()) await append(context, before);
      // Windows close when the watermark reaches their last millisecond.
      const closes = lastClosed(after) > lastClosed(before);
      await result.replace(context.database, closed(after), closes);
      if (closes) await context.database.run(`DELETE FROM ${table} WHERE win <= ${lastClosed(after)}`);
    },
  };
  return operator;

  /** Start of the latest window that a watermark closes. */
  function lastClosed(watermark: number): number {
    return Math.floor((watermark + 1 - offsetMs) / sizeMs) * sizeMs + offsetMs - sizeMs;
  }
  async function append({ database, form, late }: StepContext, watermark: number): Promise<void> {
    await database.run(`CREATE OR REPLACE TEMP TABLE g_${node.id} AS ${partials(rows(form))}`);
    const closedBefore = lastClosed(watermark);
    const [row] = await database.rows(
      `SELECT coalesce(sum(n), 0)::BIGINT FROM g_${node.id} WHERE win <= ${closedBefore}`,
    );
    late(Number(row?.[0] ?? 0));
    await database.run(
      `INSERT INTO ${table} SELECT * EXCLUDE (n) FROM g_${node.id} WHERE win > ${closedBefore}`,
    );
  }
  /** What the aggregates take of each input row; a row without an event time is bad. */
  function rows(form: DeltaForm): string {
    if (form === 'plain') {
      const failing = `CASE WHEN c0 IS NULL THEN fail_number('the event time is NULL', c0) ELSE epoch_ms(c0) END`;
      return `SELECT * REPLACE (${failing} AS c0) FROM (${projected(input, parts.inputs, 'plain')})`;
    }
    const checked = `SELECT * REPLACE (epoch_ms(c0) AS c0, (bad OR c0 IS NULL) AS bad)
      FROM (${projected(input, parts.inputs, 'checked')})`;
    return form === 'checked' ? checked : goodRows(checked, parts.inputs.length);
  }
  function partials(input: string): string {
    const win = `floor_to(c0 - ${offsetMs}, ${sizeMs}) + ${offsetMs}`;
    const columns = [
      `${win} AS win`,
      ...parts.keys.map((sql, i) => `${sql} AS k${i}`),
      ...parts.distinct.map((sql, i) => `${sql} AS v${i}`),
      ...parts.partials.map(({ sql, name }) => `${sql} AS ${name}`),
      'sum(w) AS n',
    ];
    return `SELECT ${columns.join(', ')} FROM (${input}) GROUP BY ALL`;
  }
  /** The windows that are open, with their aggregates so far. */
  function standing(): string {
    const values = ['make_timestamp_ms(win)', `make_timestamp_ms(win + ${sizeMs})`];
    values.push(...node.keys.map((_, i) => `k${i}`), ...parts.merged);
    const keys = ['win', ...node.keys.map((_, i) => `k${i}`)];
    return `SELECT ${values.map((sql, i) => `${sql} AS c${i}`).join(', ')} FROM ${table} GROUP BY ${keys.join(', ')}`;
  }
  function closed(watermark: number): string {
    const outputs = new Map<string, string>();
    for (const [i, { name }] of node.keys.entries()) outputs.set(name, `k${i}`);
    for (const [i, { name }] of node.aggregates.entries()) outputs.set(name, parts.merged[i] ?? 'NULL');
    const { start, end, time } = node.windowColumns;
    if (start !== undefined) outputs.set(start, 'make_timestamp_ms(win)');
    if (end !== undefined) outputs.set(end, `make_timestamp_ms(win + ${sizeMs})`);
    if (time !== undefined) outputs.set(time, `make_timestamp_ms(win + ${sizeMs - 1})`);
    const columns = node.columns.map(
      ({ name, type }, i) => `${cast(outputs.get(name) ?? 'NULL', type)} AS c${i}`,
    );
    const keys = ['win', ...node.keys.map((_, i) => `k${i}`)];
    return `SELECT ${[...columns, '1 AS w'].join(', ')} FROM ${table}
      WHERE win <= ${lastClosed(watermark)} GROUP BY ${keys.join(', ')} ORDER BY win`;
  }
}

interface Layout {
  /** What is computed of each input row: time, keys, then what the aggregates take. */
  inputs: BoundExpression[];
  keys: string[];
  distinct: string[];
  partials: PartialAggregate[];
  merged: string[];
}

function layout(node: WindowAggregateNode): Layout {
  const time: BoundExpression = {
    kind: 'column',
    name: node.window.time,
    type: { kind: 'timestamp', precision: 3, local: false },
  };
  const inputs: BoundExpression[] = [time];
  const add = (expression: BoundExpression): string => `c${inputs.push(expression) - 1}`;
  const keys = node.keys.map(({ expression }) => add(expression));
  const distinct: string[] = [];
  const partials: PartialAggregate[] = [];
  const merged = node.aggregates.map(({ call, type }, index) => {
    const argument = call.argument && add(call.argument);
    const filter = call.filter && add(call.filter);
    // The least and the greatest are the same with and without DISTINCT.
    if (call.distinct && call.function !== 'MIN' && call.function !== 'MAX' && argument !== undefined) {
      const value = filter === undefined ? argument : `CASE WHEN ${filter} THEN ${argument} END`;
      const name = `v${distinct.push(value) - 1}`;
      return mergedAggregate(call, type, name);
    }
    partials.push(...partialAggregate(call, index, argument, filter));
    return mergedAggregate(call, type, `a${index}`);
  });
  return { inputs, keys, distinct, partials, merged };
}
