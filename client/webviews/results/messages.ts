// What the results view's page and the extension tell each other.
import type { Cell } from '../../../server/protocol/results';

/** A result in the list the user chooses from. */
export interface ResultInfo {
  id: string;
  /** The statement, in one line. */
  title: string;
  columns: string[];
  running: boolean;
  /** Rows that ever came, and those left out because this side was behind. */
  total: number;
  skipped: number;
  /** Why it ended, or what is special about it. */
  note: string;
}

export type ToPage =
  /** The list changed; `shown` is to be looked at. `rowsMax` bounds what the page keeps. */
  | { type: 'results'; results: ResultInfo[]; shown: string | undefined; rowsMax: number }
  /** All rows kept of a result, the answer to `fetch`. */
  | { type: 'all'; id: string; rows: Cell[][]; forgotten: number }
  | { type: 'rows'; id: string; rows: Cell[][] };

export type FromPage =
  | { type: 'ready' }
  /** The user chose this result. What is shown is decided by the extension alone, or the two would chase each other. */
  | { type: 'choose'; id: string }
  | { type: 'fetch'; id: string }
  | { type: 'filter'; text: string }
  | { type: 'copy'; text: string };
