// Data types, those with parameters as snippets; the usual spelling of each first.
import { CompletionItemKind } from 'vscode-languageserver-types';
import { typeNames } from '../../analysis/typeNames';
import { rank, type Candidate } from './candidate';

const usual = new Set(
  'BIGINT BOOLEAN STRING DECIMAL DOUBLE INT DATE TIME TIMESTAMP TIMESTAMP_LTZ ARRAY MAP ROW BYTES'.split(' '),
);
const withParameters: Record<string, string> = {
  DECIMAL: 'DECIMAL(${1:10}, ${2:2})',
  TIMESTAMP: 'TIMESTAMP(${1:3})',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ(${1:3})',
  ARRAY: 'ARRAY<${1:STRING}>',
  MAP: 'MAP<${1:STRING}, ${2:STRING}>',
  ROW: 'ROW<${1:name} ${2:STRING}>',
};

export function typeCandidates(): Candidate[] {
  return typeNames.map((name) => ({
    label: name,
    kind: CompletionItemKind.TypeParameter,
    rank: usual.has(name) ? rank.best : rank.table,
    insert: withParameters[name] ?? name,
    snippet: true,
  }));
}
