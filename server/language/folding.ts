// Folds: statements over several lines, parentheses and statement sets inside them, and runs of comments.
import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver-types';
import { tokenize, type SyntaxToken } from './tokens';
import type { Script } from './script';

export function foldingRanges(script: Script): FoldingRange[] {
  const line = (offset: number) => script.document.positionAt(offset).line;
  const folds = new Map<number, FoldingRange>();
  /** The first fold that starts on a line wins: the outermost. */
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind) => {
    if (endLine <= startLine || folds.has(startLine)) return;
    folds.set(startLine, { startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  };
  for (const { start, end } of script.statements) add(line(start), line(end));
  const tokens = tokenize(script.document.getText());
  // A closing bracket on a line of its own stays visible.
  for (const [open, close] of bracketPairs(tokens)) add(line(open.start), line(close.start) - 1);
  for (const [first, last] of commentRuns(tokens, line))
    add(line(first.start), line(last.end), FoldingRangeKind.Comment);
  return [...folds.values()].sort((a, b) => a.startLine - b.startLine);
}

function bracketPairs(tokens: readonly SyntaxToken[]): [SyntaxToken, SyntaxToken][] {
  const pairs: [SyntaxToken, SyntaxToken][] = [];
  const open: SyntaxToken[] = [];
  for (const token of tokens) {
    const word = token.text.toUpperCase();
    // CASE has an END too.
    if (word === '(' || word === 'BEGIN' || word === 'CASE') open.push(token);
    else if (word === ';') open.length = open.map(({ text }) => text.toUpperCase()).lastIndexOf('BEGIN') + 1;
    else if (word === ')' || word === 'END') {
      const opener = open.pop();
      if (opener !== undefined) pairs.push([opener, token]);
    }
  }
  return pairs;
}

/** Block comments, and line comments on lines that follow each other. */
function commentRuns(
  tokens: readonly SyntaxToken[],
  line: (offset: number) => number,
): [SyntaxToken, SyntaxToken][] {
  const runs: [SyntaxToken, SyntaxToken][] = [];
  let run: [SyntaxToken, SyntaxToken] | undefined;
  for (const token of tokens) {
    if (token.kind !== 'comment') run = undefined;
    else if (run !== undefined && line(token.start) === line(run[1].end) + 1) run[1] = token;
    else {
      run = [token, token];
      runs.push(run);
    }
  }
  return runs;
}
