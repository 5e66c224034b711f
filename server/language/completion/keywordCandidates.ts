// The keywords that may stand here by the grammar.
import { CompletionItemKind } from 'vscode-languageserver-types';
import { keywordDoc } from '../keywordDocs';
import { rank, type Candidate } from './candidate';
import { wordsBefore, type Place } from './place';

export function keywordCandidates(place: Place): Candidate[] {
  const { expected, before } = place;
  const isName = expected.names.length > 0;
  const words = expected.keywords.map((word): Candidate => ({
    label: word,
    kind: CompletionItemKind.Keyword,
    // Where a name is expected, keywords come behind the names.
    rank: before.length === 0 || !isName ? rank.column : rank.keyword,
    ...(keywordDoc(word) === undefined ? {} : { topic: { about: 'keyword', word } }),
  }));
  return [...words, ...stepCandidates(place)];
}

/** RESUME JOB name FOR: a number, which no completion could know, and the word behind it. */
function stepCandidates(place: Place): Candidate[] {
  const words = wordsBefore(place);
  if (words.at(-1) !== 'FOR' || !words.slice(0, 2).includes('RESUME')) return [];
  const about = { topic: { about: 'keyword', word: 'RECORDS' } } as const;
  const insert = '${1:1} RECORDS';
  return [
    {
      label: '1 RECORDS',
      kind: CompletionItemKind.Snippet,
      rank: rank.best,
      insert,
      snippet: true,
      ...about,
    },
  ];
}
