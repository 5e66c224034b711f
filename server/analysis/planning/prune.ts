// Cuts columns nobody uses, down to the fields a scan decodes, and numbers the nodes.
import type { BoundExpression, PlanColumn, PlanNode, ProjectNode, ScanNode } from '../plan';
import { inputsOf, project, union } from './nodes';
import { countColumns } from './rewrite';

/** What of each node is used, over all plans of a job. */
type Needs = Map<PlanNode, Set<string>>;

/**
 * The plans with only the columns that are used; each root keeps all of its own. Scans that are shared stay so.
 * Nodes are numbered in the order they run.
 */
export function pruneAll(roots: PlanNode[]): { roots: PlanNode[]; scans: ScanNode[] } {
  const needs: Needs = new Map();
  for (const root of roots) collect(root, new Set(root.columns.map(({ name }) => name)), needs);
  const done = new Map<PlanNode, PlanNode>();
  const inner = (input: PlanNode) => prune(input, needs, done);
  const pruned = roots.map((root) =>
    exactly(
      root.columns,
      root.kind === 'scan' ? inner(root) : withoutUnused(root, needs.get(root) ?? new Set(), inner),
    ),
  );
  const scans: ScanNode[] = [];
  let nextId = 1;
  const number = (node: PlanNode) => {
    if (node.id !== 0) return;
    for (const input of inputsOf(node)) number(input);
    node.id = nextId++;
    if (node.kind === 'scan') scans.push(node);
  };
  pruned.forEach(number);
  return { roots: pruned, scans };
}

function collect(node: PlanNode, used: ReadonlySet<string>, needs: Needs): void {
  const all = needs.get(node) ?? new Set<string>();
  needs.set(node, all);
  for (const name of used) all.add(name);
  switch (node.kind) {
    case 'scan':
      addScanNeeds(node, all);
      return;
    case 'values':
    case 'jobState':
      return;
    case 'groupAggregate': {
      const calls = node.aggregates.flatMap(({ call }) => [call.argument ?? [], call.filter ?? []].flat());
      collect(node.input, namesIn([...node.keys.map(({ expression }) => expression), ...calls]), needs);
      return;
    }
    case 'project': {
      const kept = node.expressions.filter((_, i) => used.has(node.columns[i]?.name ?? ''));
      collect(node.input, namesIn(kept), needs);
      return;
    }
    case 'filter':
      collect(node.input, new Set([...used, ...namesIn([node.predicate])]), needs);
      return;
    case 'union':
      for (const input of node.inputs) {
        const names = node.columns.flatMap(({ name }, i) =>
          used.has(name) ? (input.columns[i]?.name ?? []) : [],
        );
        collect(input, new Set(names), needs);
      }
      return;
    case 'windowAggregate': {
      const aggregates = node.aggregates.filter(({ name }) => used.has(name));
      const expressions = [
        ...node.keys.map(({ expression }) => expression),
        ...aggregates.flatMap(({ call }) => [call.argument ?? [], call.filter ?? []].flat()),
      ];
      collect(node.input, new Set([...namesIn(expressions), node.window.time]), needs);
      markWatermark(node.input, needs);
      return;
    }
  }
}

/** Scans below a window decode what their watermark needs. */
const watermarkNeeded = '\0watermark';
function markWatermark(node: PlanNode, needs: Needs): void {
  if (node.kind === 'scan') collect(node, new Set([watermarkNeeded]), needs);
  for (const input of inputsOf(node)) markWatermark(input, needs);
}

function addScanNeeds(scan: ScanNode, used: Set<string>): void {
  if (used.has(watermarkNeeded) && scan.watermark) {
    used.add(scan.watermark.column);
    for (const name of namesIn([scan.watermark.expression])) used.add(name);
  }
  for (const { name, expression } of [...scan.computed].reverse())
    if (used.has(name)) for (const read of namesIn([expression])) used.add(read);
}

function namesIn(expressions: BoundExpression[]): Set<string> {
  const counts = new Map<string, number>();
  for (const expression of expressions) countColumns(expression, counts);
  return new Set(counts.keys());
}

function prune(node: PlanNode, needs: Needs, done: Map<PlanNode, PlanNode>): PlanNode {
  const known = done.get(node);
  if (known) return known;
  const pruned = withoutUnused(node, needs.get(node) ?? new Set(), (input) => prune(input, needs, done));
  const result = pruned.kind === 'project' && passesOn(pruned) ? pruned.input : pruned;
  done.set(node, result);
  return result;
}

/** Whether a projection only leaves columns out: what stands above finds its columns by name. */
function passesOn(node: ProjectNode): boolean {
  return node.expressions.every(
    (expression, i) => expression.kind === 'column' && expression.name === node.columns[i]?.name,
  );
}

function withoutUnused(node: PlanNode, used: Set<string>, inner: (input: PlanNode) => PlanNode): PlanNode {
  const columns = node.columns.filter(({ name }) => used.has(name));
  const { timeAttribute, ...rest } = node;
  const time = timeAttribute !== undefined && used.has(timeAttribute) ? { timeAttribute } : {};
  switch (rest.kind) {
    case 'scan': {
      const { watermark, ...scan } = rest;
      const kept = used.has(watermarkNeeded) && watermark;
      return {
        ...scan,
        columns,
        fields: scan.fields.filter(({ name }) => used.has(name)),
        computed: scan.computed.filter(({ name }) => used.has(name)),
        ...(kept && { watermark: kept }),
        ...(kept && time),
      };
    }
    case 'jobState':
      return rest;
    case 'groupAggregate':
      return { ...rest, input: inner(rest.input) };
    case 'values': {
      const kept = (_: unknown, i: number) => used.has(node.columns[i]?.name ?? '');
      return { ...rest, columns, rows: rest.rows.map((row) => row.filter(kept)) };
    }
    case 'project': {
      const expressions = rest.expressions.filter((_, i) => used.has(node.columns[i]?.name ?? ''));
      const input = inner(rest.input);
      return { ...rest, input, columns, expressions, ...(input.timeAttribute !== undefined && time) };
    }
    case 'filter': {
      const input = inner(rest.input);
      return {
        ...rest,
        input,
        columns: input.columns,
        ...(input.timeAttribute !== undefined && { timeAttribute: input.timeAttribute }),
      };
    }
    case 'union':
      return union(rest.inputs.map((input) => ordered(inner(input), input, node, used)));
    case 'windowAggregate': {
      const bounds = Object.entries(rest.windowColumns).filter(([, name]) => used.has(name));
      const keys = new Set(rest.keys.map(({ name }) => name));
      return {
        ...rest,
        input: inner(rest.input),
        aggregates: rest.aggregates.filter(({ name }) => used.has(name)),
        windowColumns: Object.fromEntries(bounds),
        columns: node.columns.filter(({ name }) => used.has(name) || keys.has(name)),
        ...time,
      };
    }
  }
}

/** An input of a union may keep more columns than the union uses (a shared scan, a filter's): then it is projected. */
function ordered(pruned: PlanNode, before: PlanNode, parent: PlanNode, used: Set<string>): PlanNode {
  const wanted = parent.columns.flatMap(({ name }, i) => (used.has(name) ? (before.columns[i] ?? []) : []));
  return exactly(wanted, pruned);
}

/** The node, projected to these columns where it has others or another order. */
function exactly(wanted: PlanColumn[], node: PlanNode): PlanNode {
  const same =
    wanted.length === node.columns.length && wanted.every(({ name }, i) => name === node.columns[i]?.name);
  if (same) return node;
  return project(
    node,
    wanted.map(({ name, type }) => ({ name, expression: { kind: 'column', name, type } })),
  );
}
