// Something completion may offer, before it is placed in the document.
import type { CompletionItemKind } from 'vscode-languageserver-types';
import type { Topic } from '../documentation';

export interface Candidate {
  label: string;
  kind: CompletionItemKind;
  /** Most relevant first; equal ranks are sorted by label. */
  rank: number;
  /** Beside the label: a type, a state, a signature. */
  detail?: string;
  /** What is inserted, when not the label. */
  insert?: string;
  /** `insert` is a snippet with tab stops. */
  snippet?: boolean;
  /** What typing is matched against, when not the label. */
  filter?: string;
  /** What the documentation is about; it is made when the item is looked at. */
  topic?: Topic;
  deprecated?: boolean;
}

/** Ranks, from what is most likely meant to what is merely possible. */
export const rank = {
  best: 0,
  column: 10,
  table: 20,
  option: 20,
  keyword: 30,
  function: 40,
  snippet: 50,
  unlikely: 90,
} as const;
