// Queries: common tables, set operations, VALUES, and what comes after them.
import type { Name, OrderItem, Query, QueryBody, SetOperation, Values } from '../../syntax/ast';
import { bind } from '../binding/binder';
import { convert } from '../binding/conversions';
import type { Findings } from '../binding/findings';
import type { Catalog } from '../catalog';
import type { BoundExpression } from '../plan';
import { formatType } from '../typeNames';
import { commonType, sameType } from '../typeRules';
import type { SqlType } from '../types';
import { relationsMax } from './environment';
import type { CommonTable, Environment, Result, ResultColumn } from './environment';
import { columnOf, project, union, values } from './nodes';
import { planSelect } from './selects';

/** The environment in which a statement's query is planned. */
export function newEnvironment(catalog: Catalog, findings: Findings, preview = false): Environment {
  return {
    catalog,
    findings,
    scans: new Map(),
    ctes: new Map(),
    expanding: new Set(),
    preview,
    budget: { relations: relationsMax },
  };
}

export function planQuery(query: Query, outer: Environment): Result {
  const environment = { ...outer, ctes: planCommonTables(query, outer) };
  const { findings, preview, state } = environment;
  const result = planBody(query.body, environment, state ? query.orderBy : []);
  const [first] = query.orderBy;
  if (first && !result.order) {
    const last = query.orderBy.at(-1) ?? first;
    bindOrder(query, result, findings);
    findings.notRun('ORDER BY is', { start: first.span.start, end: last.span.end });
  }
  if (query.limit && !preview) findings.notRun('LIMIT in a job or a subquery is', query.limit.span);
  if (query.offset && !(state && preview)) findings.notRun('OFFSET is', query.offset.span);
  return result;
}

/** Sorting by a name of the result finds that; what stands for a column of FROM is not looked into. */
function bindOrder(query: Query, result: Result, findings: Findings): void {
  const columns = result.columns.filter(({ hidden }) => !hidden);
  for (const { expression } of query.orderBy) {
    if (expression.kind !== 'column') continue;
    const [name] = expression.parts;
    const column = columns.find((candidate) => candidate.name === name?.text);
    if (name && column)
      findings.uses.push({ kind: 'column', name: name.text, span: name.span, type: column.type });
  }
}

function planCommonTables(query: Query, outer: Environment): ReadonlyMap<string, CommonTable> {
  const ctes = new Map(outer.ctes);
  const own = new Set<string>();
  for (const { name, columns, query: inner } of query.ctes) {
    const environment = { ...outer, ctes: new Map(ctes) };
    if (own.has(name.text))
      outer.findings.report('duplicateName', `There are two common tables ${name.text}.`, name.span);
    own.add(name.text);
    const result = planQuery(inner, { ...environment, scans: new Map(), preview: false });
    checkCount(columns, result, name, outer.findings);
    ctes.set(name.text, { name, query: inner, columns, environment });
  }
  return ctes;
}

function checkCount(names: Name[], result: Result, owner: Name, findings: Findings): void {
  const count = result.columns.filter(({ hidden }) => !hidden).length;
  if (names.length > 0 && names.length !== count)
    findings.report(
      'columnCount',
      `${owner.text} names ${names.length} columns, and its query has ${count}.`,
      owner.span,
    );
}

function planBody(body: QueryBody, environment: Environment, orderBy: readonly OrderItem[] = []): Result {
  switch (body.kind) {
    case 'select':
      return planSelect(body, environment, orderBy);
    case 'values':
      return planValues(body, environment);
    case 'nested':
      return planQuery(body.query, environment);
    case 'setOperation':
      return planSetOperation(body, environment);
  }
}

function planValues(body: Values, environment: Environment): Result {
  const { findings } = environment;
  const context = { scope: { relations: [] }, findings, clause: 'VALUES' };
  const rows = body.rows.map((row) => row.map((expression) => bind(expression, context)));
  const width = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged >= 0) {
    const count = rows[ragged]?.length ?? 0;
    const place = body.rows[ragged]?.[0]?.span ?? body.span;
    findings.report('columnCount', `This row has ${count} values, and the first has ${width}.`, place);
  }
  const types = Array.from({ length: width }, (_, i) => commonColumnType(rows, i, findings));
  const columns = types.map((type, i) => ({ name: `EXPR$${i}`, type }));
  const converted = rows.map((row) =>
    row.map((value, i) => convert(value, types[i] ?? value.type, findings)),
  );
  return {
    node: values(columns, converted),
    columns: columns.map(({ name, type }) => ({ name, column: name, type })),
  };
}

function commonColumnType(rows: BoundExpression[][], index: number, findings: Findings): SqlType {
  let type: SqlType = { kind: 'null' };
  for (const row of rows) {
    const value = row[index];
    const next: SqlType | undefined = value && commonType(type, value.type);
    if (next) type = next;
    else if (value?.span)
      findings.report(
        'typeMismatch',
        `This column of VALUES has ${formatType(type)} above, and here ${formatType(value.type)}.`,
        value.span,
      );
  }
  return type;
}

function planSetOperation(body: SetOperation, environment: Environment): Result {
  const { findings } = environment;
  const branches = flatten(body).map((branch) => visible(planBody(branch, environment)));
  if (body.operator !== 'union' || !body.all) {
    const name = { union: 'UNION without ALL is', intersect: 'INTERSECT is', except: 'EXCEPT is' }[
      body.operator
    ];
    findings.notRun(name, { start: body.left.span.end, end: body.right.span.start });
  }
  const [first] = branches;
  if (!first) return { node: values([], []), columns: [] };
  const wrong = branches.find((branch) => branch.columns.length !== first.columns.length);
  if (wrong) {
    findings.report(
      'columnCount',
      `The parts of ${body.operator.toUpperCase()} have ${first.columns.length} and ${wrong.columns.length} columns.`,
      body.right.span,
    );
    return first;
  }
  const types = first.columns.map((column, i) => {
    let type: SqlType = column.type;
    for (const branch of branches) {
      const other = branch.columns[i]?.type ?? type;
      const next = commonType(type, other);
      if (!next)
        findings.report(
          'typeMismatch',
          `Column ${i + 1} (${column.name}) is ${formatType(type)} in one part of the UNION and ${formatType(other)} in another.`,
          body.right.span,
        );
      type = next ?? { kind: 'unknown' };
    }
    return type;
  });
  const inputs = branches.map((branch) => aligned(branch, first.columns, types, findings));
  const node = union(inputs);
  return {
    node,
    columns: first.columns.map((column, i) => ({
      name: column.name,
      column: node.columns[i]?.name ?? '',
      type: types[i] ?? column.type,
    })),
  };
}

/** Branches of a chain of UNION ALL, without nesting. */
function flatten(body: QueryBody): QueryBody[] {
  if (body.kind !== 'setOperation' || body.operator !== 'union' || !body.all) {
    return body.kind === 'setOperation' ? [body.left, body.right] : [body];
  }
  const inner = (side: QueryBody) =>
    side.kind === 'setOperation' && side.operator === 'union' && side.all ? flatten(side) : [side];
  return [...inner(body.left), ...inner(body.right)];
}

/** A branch with exactly these columns, in name and type. */
function aligned(branch: Result, columns: ResultColumn[], types: SqlType[], findings: Findings) {
  return project(
    branch.node,
    branch.columns.map(({ column }, i) => {
      const reference = columnOf(branch.node, column);
      const type = types[i] ?? reference.type;
      const expression = sameType(reference.type, type) ? reference : convert(reference, type, findings);
      return { name: columns[i]?.column ?? column, expression };
    }),
  );
}

/** A result without its hidden columns. */
export function visible(result: Result): Result {
  return { node: result.node, columns: result.columns.filter(({ hidden }) => !hidden) };
}

/** Names and types of a query's columns; `names` replaces the names. Problems and uses go to `findings`. */
export function queryColumns(
  query: Query,
  names: Name[],
  catalog: Catalog,
  findings: Findings,
): { name: string; type: SqlType }[] {
  const { columns } = visible(planQuery(query, newEnvironment(catalog, findings)));
  if (names.length > 0 && names.length !== columns.length)
    findings.report(
      'columnCount',
      `${names.length} columns are named, and the query has ${columns.length}.`,
      names[0]?.span ?? query.span,
    );
  return columns.map(({ name, type }, i) => ({ name: names[i]?.text ?? name, type }));
}
