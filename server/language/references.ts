// Where a thing is defined, and every place that names it, over all open documents.
import { DocumentHighlightKind, type DocumentHighlight, type Location } from 'vscode-languageserver-types';
import { rangeOf, type Script } from './script';
import { occurrenceAt, occurrencesOf, type Occurrence } from './symbols';

export function definition(script: Script, offset: number, scripts: readonly Script[]): Location[] {
  return locations(script, offset, scripts, ({ declaration }) => declaration);
}

export function references(
  script: Script,
  offset: number,
  scripts: readonly Script[],
  includeDeclaration: boolean,
): Location[] {
  return locations(script, offset, scripts, ({ declaration }) => includeDeclaration || !declaration);
}

/** The same name in this document; a place that makes the thing counts as writing it. */
export function documentHighlights(script: Script, offset: number): DocumentHighlight[] {
  const found = occurrenceAt(script, offset);
  if (found === undefined) return [];
  return occurrencesOf(script, found.target).map(({ statement, span, declaration }) => ({
    range: rangeOf(script, statement, span),
    kind: declaration ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  }));
}

function locations(
  script: Script,
  offset: number,
  scripts: readonly Script[],
  keep: (occurrence: Occurrence) => boolean,
): Location[] {
  const found = occurrenceAt(script, offset);
  if (found === undefined) return [];
  return scripts.flatMap((each) =>
    occurrencesOf(each, found.target)
      .filter(keep)
      .map(({ statement, span }) => ({ uri: each.document.uri, range: rangeOf(each, statement, span) })),
  );
}
