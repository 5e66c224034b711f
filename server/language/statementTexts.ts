// The statements of a document as texts. One that an edit left alone stays the same string, so that what is kept by its text is found without
// reading it again.
import type { Span } from '../protocol/errors';
import { splitStatements } from '../syntax/split';

/** A statement's text and where it stands, without its semicolon. */
export interface StatementText extends Span {
  text: string;
}

/** The statements of a text, in order. `previous`: those of the version before. */
export function statementTexts(text: string, previous: readonly StatementText[] = []): StatementText[] {
  const ranges = splitStatements(text);
  const shift = previous.length - ranges.length;
  return ranges.map(({ start, end }, index) => {
    // Above an edit statements keep their number from the start, below it from the end.
    const same = [previous[index], previous[index + shift]].find(
      (candidate) => candidate?.text.length === end - start && text.startsWith(candidate.text, start),
    );
    return { start, end, text: same?.text ?? copyOf(text.slice(start, end)) };
  });
}

/** A slice keeps the whole text it was cut from in memory; caches outlive many versions of a document. */
function copyOf(slice: string): string {
  return Buffer.from(slice, 'utf16le').toString('utf16le');
}
