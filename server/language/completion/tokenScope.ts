// The tables that columns at a place may come from, read off the tokens alone: for statements that do not parse.
import { unquoteName } from '../../syntax/build/source';
import type { SyntaxToken } from '../tokens';

/** A table of FROM or JOIN. `table` is absent for a derived table, whose columns are then `columns`. */
export interface ScopeTable {
  table?: string;
  alias: string;
  columns: string[];
  /** In a window table function: window_start, window_end and window_time are columns too. */
  windowed: boolean;
}

/** Words after which no table of FROM follows any more. */
const endOfSelect = new Set(['UNION', 'EXCEPT', 'INTERSECT', 'SELECT', ';']);
const endOfFrom = new Set([
  ...endOfSelect,
  ...'WHERE GROUP HAVING WINDOW ORDER LIMIT OFFSET FETCH EMIT WITH'.split(' '),
]);
const noAlias = new Set([
  ...endOfFrom,
  ...'ON USING JOIN INNER LEFT RIGHT FULL CROSS OUTER WITHIN FOR AS LATERAL UNNEST'.split(' '),
]);

/** @param tokens of one statement, without comments */
export function tablesInScope(tokens: readonly SyntaxToken[], offset: number): ScopeTable[] {
  const cursor = tokens.findIndex((token) => token.end > offset);
  const select = enclosingSelect(tokens, cursor < 0 ? tokens.length : cursor);
  return select < 0 ? [] : tablesOfSelect(tokens, select);
}

/** The SELECT whose clauses the cursor stands in: the last one before it in the same parentheses or around them. */
function enclosingSelect(tokens: readonly SyntaxToken[], cursor: number): number {
  let depth = 0;
  for (let i = cursor - 1; i >= 0; i--) {
    const word = wordAt(tokens, i);
    if (word === ')') depth++;
    else if (word === '(') depth = Math.max(0, depth - 1);
    else if (word === 'SELECT' && depth === 0) return i;
  }
  // With parentheses that do not match, the nearest one.
  return tokens
    .slice(0, cursor)
    .map(({ text }) => text.toUpperCase())
    .lastIndexOf('SELECT');
}

function tablesOfSelect(tokens: readonly SyntaxToken[], select: number): ScopeTable[] {
  const tables: ScopeTable[] = [];
  const isInner = tokens.slice(0, select).some(({ text }) => text === '(');
  let inFrom = false;
  for (let i = select + 1; i < tokens.length; i++) {
    const word = wordAt(tokens, i);
    if ((word === ')' && isInner) || endOfSelect.has(word) || (inFrom && endOfFrom.has(word))) break;
    const expectsTable = word === 'FROM' || (inFrom && (word === 'JOIN' || word === ','));
    if (word === 'FROM') inFrom = true;
    if (expectsTable) {
      const read = readTable(tokens, i + 1);
      if (read !== undefined) {
        tables.push(read.table);
        i = read.next - 1;
      }
    } else if (word === '(') i = closing(tokens, i);
  }
  return tables;
}

function readTable(
  tokens: readonly SyntaxToken[],
  start: number,
): { table: ScopeTable; next: number } | undefined {
  const word = wordAt(tokens, start);
  if (word === 'TABLE' && wordAt(tokens, start + 1) === '(') {
    const close = closing(tokens, start + 1);
    const inner = tokens.slice(start + 2, close).findIndex((token) => token.text.toUpperCase() === 'TABLE');
    const name = inner < 0 ? undefined : nameAt(tokens, start + 2 + inner + 1);
    return withAlias(tokens, close + 1, {
      ...(name === undefined ? {} : { table: name }),
      columns: [],
      windowed: true,
    });
  }
  if (word === '(') {
    const close = closing(tokens, start);
    return withAlias(tokens, close + 1, {
      columns: outputNames(tokens.slice(start + 1, close)),
      windowed: false,
    });
  }
  const name = nameAt(tokens, start);
  return name === undefined
    ? undefined
    : withAlias(tokens, start + 1, { table: name, columns: [], windowed: false });
}

function withAlias(
  tokens: readonly SyntaxToken[],
  start: number,
  table: Omit<ScopeTable, 'alias'>,
): { table: ScopeTable; next: number } {
  const named = wordAt(tokens, start) === 'AS' ? start + 1 : start;
  const alias = noAlias.has(wordAt(tokens, named)) ? undefined : nameAt(tokens, named);
  return {
    table: { ...table, alias: alias ?? table.table ?? '' },
    next: alias === undefined ? start : named + 1,
  };
}

/** Names a select list gives its columns: aliases, and columns taken as they are. */
function outputNames(tokens: readonly SyntaxToken[]): string[] {
  const names: string[] = [];
  let last: string | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const word = wordAt(tokens, i);
    if (word === '(') i = closing(tokens, i);
    if (word === ',' || word === 'FROM') {
      if (last !== undefined) names.push(last);
      if (word === 'FROM') return names;
    }
    last = nameAt(tokens, i);
  }
  return last === undefined ? names : [...names, last];
}

function closing(tokens: readonly SyntaxToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const word = wordAt(tokens, i);
    if (word === '(') depth++;
    else if (word === ')' && --depth === 0) return i;
  }
  return tokens.length;
}

function wordAt(tokens: readonly SyntaxToken[], index: number): string {
  return tokens[index]?.text.toUpperCase() ?? '';
}

function nameAt(tokens: readonly SyntaxToken[], index: number): string | undefined {
  const token = tokens[index];
  return token !== undefined && /^[\p{L}_$`"]/u.test(token.text) ? unquoteName(token.text) : undefined;
}
