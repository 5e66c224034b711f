// Tables, streams and views: those that fit the statement first, and common table expressions.
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { Relation } from '../../analysis/catalog';
import { findConnector } from '../../analysis/options/connectors';
import { quoteName } from '../../analysis/suggest';
import { rank, type Candidate } from './candidate';
import { nameOf, wordsBefore, type Place } from './place';

export function tableCandidates(place: Place): Candidate[] {
  const words = wordsBefore(place);
  const use = useOf(words);
  const relations = [...place.catalog.relations()].map((relation) =>
    relationCandidate(relation, fits(relation, use)),
  );
  return use === 'read' ? [...commonTables(place), ...relations] : relations;
}

type TableUse = 'read' | 'write' | 'view' | 'any';

function useOf(words: string[]): TableUse {
  const last = words.at(-1);
  if (last === 'INTO') return 'write';
  if (words[0] === 'DROP') return last === 'VIEW' || words[1] === 'VIEW' ? 'view' : 'any';
  return words[0] === 'DESCRIBE' || words[0] === 'DESC' ? 'any' : 'read';
}

function fits(relation: Relation, use: TableUse): boolean {
  if (use === 'any') return true;
  if (relation.kind === 'view') return use !== 'write';
  if (use === 'view') return false;
  const connector = findConnector(relation.connector);
  return connector === undefined || (use === 'write' ? connector.sink : connector.source);
}

function relationCandidate(relation: Relation, isFitting: boolean): Candidate {
  return {
    label: relation.name,
    kind: relation.kind === 'view' ? CompletionItemKind.Interface : CompletionItemKind.Struct,
    rank: isFitting ? rank.table : rank.unlikely,
    detail: relation.kind === 'view' ? 'view' : `${relation.word.toLowerCase()}, ${relation.connector}`,
    insert: quoteName(relation.name),
    topic: { about: 'table', name: relation.name },
  };
}

/** `WITH a AS (...), b AS (...)`: a name followed by AS and a parenthesis, before the cursor. */
function commonTables({ before }: Place): Candidate[] {
  const start = before.findIndex(({ text }) => text.toUpperCase() === 'WITH');
  if (start < 0) return [];
  return before.flatMap((token, i) => {
    const named = i > start && before[i + 1]?.text.toUpperCase() === 'AS' && before[i + 2]?.text === '(';
    const prior = before[i - 1]?.text;
    if (!named || (i !== start + 1 && prior !== ',')) return [];
    const name = nameOf(token);
    return [
      {
        label: name,
        kind: CompletionItemKind.Struct,
        rank: rank.best,
        detail: 'WITH',
        insert: quoteName(name),
      },
    ];
  });
}
