// What of a plan is kept from one batch to the next, and what determines it: everything upstream, by what is computed
// and not by how the plan names or arranges it. Two plans whose states have one fingerprint keep the same rows.
import { createHash } from 'node:crypto';
import { shareOf, type Share } from '../analysis/planning/share';
import type { BoundExpression, JobPlan, PlanNode, ScanNode, WindowAggregateNode } from '../analysis/plan';

export interface OperatorState {
  /** The node's: names its state tables. */
  id: number;
  /** `window`: aggregates of open windows. `values`: whether rows that come once have come. */
  kind: 'window' | 'values';
  /** The same for two versions that share the keys. */
  fingerprint: string;
  /** Of a window below a share of the keys: which, and where among the window's keys those columns are that decide it;
   *  undefined where they are not all there. */
  shared?: { share: Share; places: number[] | undefined };
  /** As a sentence names it: `the 60 s windows over orders by customer`. */
  description: string;
}

/** In the order the operators run; one for each node, however many read it. */
export function operatorStates(plan: JobPlan): OperatorState[] {
  const print = new Fingerprints();
  const found = new Map<number, OperatorState>();
  const visit = (node: PlanNode): void => {
    if (found.has(node.id)) return;
    inputsOf(node).forEach(visit);
    if (node.kind === 'windowAggregate') {
      const state = { kind: 'window', fingerprint: print.rows(node), description: describe(node) } as const;
      const below = shareBelow(node);
      const shared = below && { share: below.share, places: print.keyPlaces(node, below.key) };
      found.set(node.id, { id: node.id, ...state, ...(shared && { shared }) });
    }
    if (node.kind === 'values') {
      const state = { kind: 'values', fingerprint: print.rows(node), description: 'its VALUES' } as const;
      found.set(node.id, { id: node.id, ...state });
    }
  };
  for (const { input } of plan.sinks) visit(input);
  return [...found.values()];
}

/** Hashes of what nodes and their columns are made of. */
class Fingerprints {
  private readonly known = new Map<PlanNode, string>();

  /** Which rows a node has, whatever columns it passes on. */
  rows(node: PlanNode): string {
    const known = this.known.get(node) ?? hash(this.definition(node));
    this.known.set(node, known);
    return known;
  }

  /** Where columns of the only table below a window are among its keys; undefined unless all of them are. */
  keyPlaces({ keys, input }: WindowAggregateNode, columns: string[]): number[] | undefined {
    const own = keys.map(({ expression }) => JSON.stringify(this.expression(expression, input)));
    const places = columns.map((name) => own.indexOf(JSON.stringify(['column', name])));
    return places.length === 0 || places.includes(-1) ? undefined : places;
  }

  private definition(node: PlanNode): unknown {
    switch (node.kind) {
      case 'scan':
        return tableOf(node);
      case 'values':
        return ['values', node.rows];
      case 'project':
        return ['same', this.rows(node.input)];
      case 'filter':
        if (shareOf(node.predicate)) return this.definition(node.input);
        return ['filter', this.rows(node.input), this.expression(node.predicate, node.input)];
      case 'union':
        return ['union', node.inputs.map((input) => this.rows(input))];
      case 'windowAggregate':
        return this.window(node);
      case 'jobState':
      case 'groupAggregate':
        return ['once', node.id];
    }
  }

  private window({ input, window, keys, aggregates }: WindowAggregateNode): unknown {
    const { type, time, sizeMs, offsetMs } = window;
    return [
      'window',
      this.rows(input),
      [type, sizeMs, offsetMs, this.column(input, time)],
      keys.map(({ expression }) => this.expression(expression, input)),
      aggregates.map(({ call, type: result }) => [
        call.function,
        call.distinct,
        result,
        call.argument && this.expression(call.argument, input),
        call.filter && this.expression(call.filter, input),
      ]),
    ];
  }

  /** What a column of a node is computed from. */
  private column(node: PlanNode, name: string): unknown {
    switch (node.kind) {
      case 'scan':
        return ['column', name];
      case 'project': {
        const expression = node.expressions[node.columns.findIndex((column) => column.name === name)];
        return expression === undefined ? ['unknown', name] : this.expression(expression, node.input);
      }
      case 'filter':
        return this.column(node.input, name);
      case 'union': {
        const place = node.columns.findIndex((column) => column.name === name);
        return node.inputs.map((input) => this.column(input, input.columns[place]?.name ?? name));
      }
      case 'jobState':
      case 'groupAggregate':
      case 'values':
        return ['place', node.columns.findIndex((column) => column.name === name)];
      case 'windowAggregate': {
        const bound = Object.entries(node.windowColumns).find(([, column]) => column === name)?.[0];
        const key = node.keys.find((candidate) => candidate.name === name);
        const aggregate = node.aggregates.find((candidate) => candidate.name === name);
        return bound ?? (key && this.expression(key.expression, node.input)) ?? aggregate?.call;
      }
    }
  }

  /** An expression over the columns of `input`, in terms of what those are computed from. */
  private expression(expression: BoundExpression, input: PlanNode): unknown {
    const inner = (operand: BoundExpression): unknown => this.expression(operand, input);
    const { kind, type } = expression;
    switch (kind) {
      case 'literal':
        return [type, expression.value];
      case 'column':
        return this.column(input, expression.name);
      case 'call':
        return [type, expression.name, expression.arguments.map(inner)];
      case 'case':
        return [
          type,
          expression.branches.map(({ when, then }) => [inner(when), inner(then)]),
          expression.else && inner(expression.else),
        ];
      case 'cast':
        return [type, expression.try, inner(expression.operand)];
      case 'field':
        return [type, inner(expression.operand), 'field', expression.field];
    }
  }
}

/** A table by its columns: where it is may change, and which of them are decoded depends on who else reads. */
function tableOf({ table }: ScanNode): unknown {
  return ['scan', table.name, table.columns, table.watermark];
}

function inputsOf(node: PlanNode): PlanNode[] {
  if (node.kind === 'union') return node.inputs;
  return 'input' in node ? [node.input] : [];
}

function shareBelow(node: PlanNode): ReturnType<typeof shareOf> {
  const own = node.kind === 'filter' ? shareOf(node.predicate) : undefined;
  return (
    own ??
    inputsOf(node)
      .map(shareBelow)
      .find((share) => share !== undefined)
  );
}

function describe(node: WindowAggregateNode): string {
  const keys = node.keys.map(({ name }) => name).join(', ');
  const tables = [...new Set(tablesBelow(node))].join(', ');
  return `the ${node.window.sizeMs / 1000} s windows over ${tables}${keys === '' ? '' : ` by ${keys}`}`;
}

function tablesBelow(node: PlanNode): string[] {
  return node.kind === 'scan' ? [node.table.name] : inputsOf(node).flatMap(tablesBelow);
}

/** Places in the text say nothing of what is computed. */
function hash(definition: unknown): string {
  const text = JSON.stringify(definition, (key, value: unknown) => (key === 'span' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
