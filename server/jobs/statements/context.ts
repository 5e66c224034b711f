// What executing a statement may use, and the shapes of what it answers.
import type { ServerLimits } from '../limits';
import type { JobRegistry } from '../jobRegistry';
import type { Previews, PreviewReceiver } from '../previews';
import type { Lookup } from '../../syntax/placeholders';
import type { ServerCatalog } from '../serverCatalog';
import type { Clock } from '../../connectors/connector';
import type { StreamJobsError } from '../../protocol/errors';
import type { Cell, StatementResult } from '../../protocol/results';
import type { JobStarter } from '../jobStarter';

/** Of one call of `execute`: settings last from SET to the end of the script. */
export interface StatementContext {
  jobs: JobRegistry;
  catalog: ServerCatalog;
  starter: JobStarter;
  previews: Previews;
  limits: ServerLimits;
  clock: Clock;
  by: string;
  settings: Map<string, string>;
  lookup: Lookup;
  receiver?: PreviewReceiver;
}

/** What a statement did, without its text. An error's place is in the statement. */
export type Outcome = Omit<StatementResult, 'statement' | 'error'> & { error?: StreamJobsError };

export function said(message: string): Outcome {
  return { ok: true, message };
}

export function tabled(columns: string[], rows: Cell[][], what: string): Outcome {
  const message = rows.length === 1 ? `1 ${what}` : `${rows.length} ${what}s`;
  return { ok: true, message, columns, rows };
}

/** Whether a name fits a LIKE pattern: `%` any text, `_` any character. Names are case-sensitive. */
export function like(pattern: string): (name: string) => boolean {
  const literal = pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const expression = new RegExp(`^${literal.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'su');
  return (name) => expression.test(name);
}
