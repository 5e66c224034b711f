// Finding, marking and renaming what a name stands for; the outline, folds and colours.
import { describe, expect, it } from 'vitest';
import { documentSymbols } from '../../../server/language/documentSymbols';
import { foldingRanges } from '../../../server/language/folding';
import { definition, documentHighlights, references } from '../../../server/language/references';
import { rename } from '../../../server/language/rename';
import { semanticTokens, semanticTokensLegend } from '../../../server/language/semanticTokens';
import { Workspace } from '../../../server/language/workspace';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { scriptOf, tables, withCursor } from './support';

/** The text with every marked place in brackets. */
function marked(text: string, places: { start: number; end: number }[]): string {
  return [...places]
    .sort((a, b) => b.start - a.start)
    .reduce(
      (result, { start, end }) =>
        `${result.slice(0, start)}[${result.slice(start, end)}]${result.slice(end)}`,
      text,
    );
}

function highlights(markedText: string): string {
  const { text, offset } = withCursor(markedText);
  const script = scriptOf(text);
  const { document } = script;
  const found = documentHighlights(script, offset);
  return marked(
    text,
    found.map(({ range }) => ({ start: document.offsetAt(range.start), end: document.offsetAt(range.end) })),
  );
}

function renamed(markedText: string, name: string): string | null {
  const { text, offset } = withCursor(markedText);
  const script = scriptOf(text);
  const edits = rename(script, offset, name, [script])?.changes?.[script.document.uri];
  return edits === undefined ? null : TextDocument.applyEdits(script.document, edits);
}

const query = "CREATE TABLE t (id BIGINT, n INT, d AS n * 2) WITH ('connector' = 'datagen');\n";

describe('a name', () => {
  it('of a table is the same everywhere', () => {
    expect(highlights(`${query}SELECT t.id FROM t$0;\nDESCRIBE t;\nSELECT 't'`)).toBe(
      `${query.replace('t (', '[t] (')}SELECT [t].id FROM [t];\nDESCRIBE [t];\nSELECT 't'`,
    );
  });
  it('of a column is that of its table only', () => {
    const other = "CREATE TABLE u (n INT) WITH ('connector' = 'datagen');\n";
    expect(highlights(`${query}${other}SELECT a.n$0 FROM t AS a;\nSELECT n FROM u`)).toBe(
      `${query.replace('n INT', '[n] INT').replace('n * 2', '[n] * 2')}${other}SELECT a.[n] FROM t AS a;\nSELECT n FROM u`,
    );
  });
  it('of an alias ends with its statement', () => {
    expect(highlights(`${query}SELECT a$0.id, a.n FROM t AS a;\nSELECT a.id FROM t AS a`)).toBe(
      `${query}SELECT [a].id, [a].n FROM t AS [a];\nSELECT a.id FROM t AS a`,
    );
  });
  it('of a job is the same in all statements', () => {
    expect(highlights('START JOB j AS SELECT 1;\nPAUSE JOB other, j$0;\nSHOW STATUS j')).toBe(
      'START JOB [j] AS SELECT 1;\nPAUSE JOB other, [j];\nSHOW STATUS [j]',
    );
  });
  it('is renamed wherever it stands, with quotes where it needs them', () => {
    expect(renamed(`${query}SELECT t.id FROM t$0`, 'my table')).toBe(
      `${query.replace('t (', '`my table` (')}SELECT \`my table\`.id FROM \`my table\``,
    );
    expect(renamed(`${query}SELECT n$0 FROM t WHERE n > 1`, 'm')).toBe(
      `${query.replace('n INT', 'm INT').replace('n * 2', 'm * 2')}SELECT m FROM t WHERE m > 1`,
    );
  });
  it('that is defined elsewhere is not renamed', () => {
    expect(renamed('PAUSE JOB j$0', 'k')).toBeNull();
    expect(renamed('SELECT 1$0', 'k')).toBeNull();
  });
  it('leads to its definition in another document', () => {
    const documents = [
      TextDocument.create('file:///tables.streamsql', 'streamsql', 1, query),
      TextDocument.create('file:///queries.streamsql', 'streamsql', 1, 'SELECT n FROM t'),
    ];
    const workspace = new Workspace(() => documents);
    workspace.scripts();
    const script = workspace.scripts()[1];
    if (script === undefined) throw new Error('no script');
    const [column] = definition(script, 'SELECT n'.length, workspace.scripts());
    expect(column).toMatchObject({ uri: 'file:///tables.streamsql', range: { start: { character: 27 } } });
    expect(references(script, script.document.getText().length, workspace.scripts(), false)).toHaveLength(1);
  });
});

describe('the outline', () => {
  it('has what the statements make', () => {
    const symbols = documentSymbols(
      scriptOf(
        `${query}START JOB j AS STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO u SELECT 2; END;\nPAUSE JOB j;`,
      ),
    );
    const outline = symbols.map(({ name, detail, children }) => [
      name,
      detail,
      children?.map((child) => `${child.name} ${child.detail ?? ''}`),
    ]);
    expect(outline).toEqual([
      ['t', 'table', ['id BIGINT', 'n INT', 'd computed']],
      ['j', 'job', ['t insert', 'u insert']],
    ]);
  });
});

describe('folds', () => {
  it('are statements, lists in them, and comments', () => {
    const text =
      "-- one\n-- two\nCREATE TABLE t\n(\n  id INT\n)\nWITH (\n  'a' = 'b'\n);\n/* three\n four */\nSHOW JOBS";
    expect(
      foldingRanges(scriptOf(text)).map(({ startLine, endLine, kind }) => [startLine, endLine, kind]),
    ).toEqual([
      [0, 1, 'comment'],
      [2, 8, undefined],
      [3, 4, undefined],
      [6, 7, undefined],
      [9, 10, 'comment'],
    ]);
  });
});

describe('colours', () => {
  it('tell tables, columns, functions and jobs apart', () => {
    const text = `${tables}START JOB j AS SELECT UPPER(o.customer) FROM orders_in AS o`;
    const { data } = semanticTokens(scriptOf(text));
    const lines = text.split('\n');
    const found: string[] = [];
    let [line, character] = [0, 0];
    for (let i = 0; i < data.length; i += 5) {
      const [down = 0, right = 0, length = 0, type = 0] = data.slice(i, i + 4);
      line += down;
      character = down === 0 ? character + right : right;
      if (line === lines.length - 1) {
        found.push(
          `${lines[line]?.slice(character, character + length) ?? ''}:${semanticTokensLegend.tokenTypes[type] ?? ''}`,
        );
      }
    }
    expect(found).toEqual(['j:event', 'UPPER:function', 'o:struct', 'customer:property', 'orders_in:struct']);
  });
});
