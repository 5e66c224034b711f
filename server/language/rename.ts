// Renaming what the open documents define: tables, views, columns, aliases, and jobs that no server runs yet.
import type { Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import { quoteName } from '../analysis/suggest';
import { rangeOf, type Script } from './script';
import { occurrenceAt, occurrencesOf, type Occurrence } from './symbols';

/** The name that would be renamed, or nothing where there is none. */
export function prepareRename(script: Script, offset: number): { range: Range; placeholder: string } | null {
  const found = occurrenceAt(script, offset);
  if (found === undefined) return null;
  const { target, statement, span } = found;
  const placeholder = target.kind === 'relation' ? target.definition.name : target.name;
  return { range: rangeOf(script, statement, span), placeholder };
}

/** Null where the open documents do not define the thing exactly once, so that renaming would miss some place. */
export function rename(
  script: Script,
  offset: number,
  newName: string,
  scripts: readonly Script[],
): WorkspaceEdit | null {
  const found = occurrenceAt(script, offset);
  if (found === undefined || newName === '') return null;
  const places = scripts.map((each) => ({ each, occurrences: occurrencesOf(each, found.target) }));
  const declared = places.flatMap(({ occurrences }) => occurrences.filter(({ declaration }) => declaration));
  if (declared.length !== 1) return null;
  const changed = places.filter(({ occurrences }) => occurrences.length > 0);
  const edits = changed.map(({ each, occurrences }): [string, TextEdit[]] => [
    each.document.uri,
    occurrences.map((occurrence) => editOf(each, occurrence, newName)),
  ]);
  return { changes: Object.fromEntries(edits) };
}

function editOf(script: Script, { statement, span }: Occurrence, newName: string): TextEdit {
  return { range: rangeOf(script, statement, span), newText: quoteName(newName) };
}
