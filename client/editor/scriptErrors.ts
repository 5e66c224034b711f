// Where a failed statement's error belongs in its document.
import type { StatementError, StatementResult, Position, Range } from '../../server/protocol/results';

/** A range in a text that began at `start` of a document, as a range of the document. */
export function inDocument(range: Range, start: Position): Range {
  return { start: shifted(range.start, start), end: shifted(range.end, start) };
}

function shifted({ line, character }: Position, start: Position): Position {
  return { line: line + start.line, character: line === 0 ? character + start.character : character };
}

/** What a failed statement's mark says. */
export function errorText({ message, hint }: StatementError): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}

/** The range to mark for a failure: the error's own, else its statement, else the whole text that was run. */
export function failedRange(
  sql: string,
  results: readonly StatementResult[],
  failed: StatementResult,
): Range {
  if (failed.error?.range) return failed.error.range;
  let from = 0;
  for (const result of results) {
    const found = sql.indexOf(result.statement, from);
    if (found < 0) continue;
    from = found + result.statement.length;
    if (result === failed) return { start: positionAt(sql, found), end: positionAt(sql, from) };
  }
  return { start: { line: 0, character: 0 }, end: positionAt(sql, sql.length) };
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return { line, character: offset - (before.lastIndexOf('\n') + 1) };
}
