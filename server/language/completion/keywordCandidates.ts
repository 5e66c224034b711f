// The keywords that may stand here by the grammar.
import { CompletionItemKind } from 'vscode-languageserver-types';
import { keywordDoc } from '../keywordDocs';
import { rank, type Candidate } from './candidate';
import type { Place } from './place';

export function keywordCandidates({ expected, before }: Place): Candidate[] {
  const isName = expected.names.length > 0;
  return expected.keywords.map((word) => ({
    label: word,
    kind: CompletionItemKind.Keyword,
    // Where a name is expected, keywords come behind the names.
    rank: before.length === 0 || !isName ? rank.column : rank.keyword,
    ...(keywordDoc(word) === undefined ? {} : { topic: { about: 'keyword', word } }),
  }));
}
