// A thing the user wrote wrong, as data: syntax and analysis find them, the language service shows them.
import type { Span } from '../protocol/errors';

export interface Fix {
  /** What the quick fix is called: `Insert JOB`. */
  title: string;
  span: Span;
  text: string;
  /** Certain enough to be applied without looking. */
  preferred: boolean;
}

export interface Problem {
  /** SJ1xx syntax, SJ2xx names and types, SJ3xx jobs, SJ4xx options. Stable. */
  code: `SJ${number}`;
  severity: 'error' | 'warning' | 'info' | 'hint';
  /** A sentence or two, in the user's words: what is wrong, what was expected. */
  message: string;
  /** The smallest range that is wrong, relative to the statement. */
  span: Span;
  fixes: Fix[];
}
