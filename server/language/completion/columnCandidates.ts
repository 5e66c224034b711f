// Columns that may be named at a place, and the tables to put in front of them. The analysis says which, where the
// statement parses with some name in the cursor's place; else the tokens do.
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { Relation } from '../../analysis/catalog';
import { analyzeStatement } from '../../analysis/facts';
import { quoteName } from '../../analysis/suggest';
import { formatType } from '../../analysis/typeNames';
import { parseAnew } from '../../syntax/script';
import { rank, type Candidate } from './candidate';
import { nameOf, wordsBefore, type Place } from './place';
import { tablesInScope } from './tokenScope';

interface ScopeEntry {
  /** The name to put in front of a column. */
  name: string;
  columns: { name: string; type?: string; hidden?: boolean }[];
}

export function columnCandidates(place: Place): Candidate[] {
  const scope = definedColumns(place) ?? analysedScope(place) ?? tokenScope(place);
  const qualifier = place.expected.qualifier.at(-1);
  if (qualifier !== undefined) {
    const entry = scope.find(({ name }) => name === qualifier);
    return (entry?.columns ?? []).map((column) => columnCandidate(column, entry?.name ?? ''));
  }
  const columns = scope.flatMap(({ name, columns }) =>
    columns.map((column) => columnCandidate(column, name)),
  );
  const tables = scope.filter(({ name }) => name !== '').map(tableName);
  return [...distinct(columns), ...tables];
}

/** Places that name columns of one table which is no part of a FROM: undefined at any other place. */
function definedColumns(place: Place): ScopeEntry[] | undefined {
  const words = wordsBefore(place);
  const last = place.before.at(-1);
  const named = words.lastIndexOf('TABLE');
  if (last?.text === '(' && words.at(-2) === 'DESCRIPTOR')
    return ofTable(place, place.before[named + 1], isTime);
  if (words.at(-1) === 'BY' && words.at(-2) === 'PARTITION' && words[named - 1] === '(') {
    return ofTable(place, place.before[named + 1]);
  }
  if (words[0] === 'INSERT' && words.includes('(') && !words.includes('SELECT') && !words.includes('WITH')) {
    return ofTable(place, place.before[2]);
  }
  const tree = place.statement?.tree;
  if (words[0] !== 'CREATE' || words.includes('SELECT') || tree?.kind !== 'createTable') return undefined;
  return [
    {
      name: '',
      columns: tree.columns.map(({ name }) => ({ name: name.text })).filter(({ name }) => name !== ''),
    },
  ];
}

function ofTable(
  place: Place,
  token: Place['before'][number] | undefined,
  keep: (column: { type?: string }) => boolean = () => true,
): ScopeEntry[] {
  const relation = token && place.catalog.relation(nameOf(token));
  return relation === undefined ? [] : [{ name: '', columns: columnsOf(relation).filter(keep) }];
}

function isTime({ type }: { type?: string }): boolean {
  return type?.startsWith('TIMESTAMP') ?? true;
}

/** The statement with a name where the cursor is, so that one that only lacks this name is whole. */
function analysedScope(place: Place): ScopeEntry[] | undefined {
  const start = place.current?.start ?? place.offset;
  const end = place.current?.end ?? place.offset;
  const text = `${place.text.slice(0, start)} cursor_ ${place.text.slice(end)}`;
  const { statement, partial } = parseAnew(text);
  if (statement === undefined || partial) return undefined;
  const { visible } = analyzeStatement(statement, text, place.catalog);
  const around = visible.filter(({ span }) => span.start <= start && start <= span.end);
  const innermost = around.sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start))[0];
  return innermost?.relations.map(({ name, columns }) => ({
    name,
    columns: columns.map((column) => ({
      name: column.name,
      type: formatType(column.type),
      hidden: column.hidden,
    })),
  }));
}

function tokenScope(place: Place): ScopeEntry[] {
  return tablesInScope(place.tokens, place.offset).map(({ table, alias, columns, windowed }) => {
    const relation = table === undefined ? undefined : place.catalog.relation(table);
    const own = relation === undefined ? columns.map((name) => ({ name })) : columnsOf(relation);
    return { name: alias, columns: windowed ? [...own, ...windowColumns] : own };
  });
}

const windowColumns = ['window_start', 'window_end', 'window_time'].map((name) => ({
  name,
  type: 'TIMESTAMP(3)',
}));

function columnsOf(relation: Relation): { name: string; type: string }[] {
  return relation.columns.map(({ name, type }) => ({ name, type: formatType(type) }));
}

function columnCandidate(column: ScopeEntry['columns'][number], table: string): Candidate {
  const detail = [column.type, table].filter((part) => part !== undefined && part !== '').join(' · ');
  return {
    label: column.name,
    kind: CompletionItemKind.Field,
    rank: column.hidden === true ? rank.unlikely : rank.column,
    detail,
    insert: quoteName(column.name),
  };
}

function tableName({ name }: ScopeEntry): Candidate {
  return {
    label: name,
    kind: CompletionItemKind.Struct,
    rank: rank.table,
    detail: 'table',
    insert: quoteName(name),
  };
}

/** A column that several tables have is offered once. */
function distinct(candidates: Candidate[]): Candidate[] {
  return [...new Map(candidates.map((candidate) => [candidate.label, candidate])).values()];
}
