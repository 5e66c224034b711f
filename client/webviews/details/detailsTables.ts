// What the details page shows besides a job's details, from statements: its dead letters and versions. Asked for again
// only when they may have changed.
import type { JobDetails } from '../../../server/protocol/jobs';
import type { Cell, StatementResult } from '../../../server/protocol/results';
import { quoteName } from '../../host/jobRequests';

export type TableRow = Record<string, Cell>;
export interface JobTables {
  deadLetters: TableRow[];
  versions: TableRow[];
}
export const noTables: JobTables = { deadLetters: [], versions: [] };

export class DetailsTables {
  private readonly known = new Map<string, { key: string; tables: JobTables }>();

  /** `run` rejects for what the server refuses. */
  constructor(private readonly run: (sql: string) => Promise<StatementResult>) {}

  /** What cannot be read is not there. */
  async of({ name, state, version, deadLetters, recordsFailed, recordsOut }: JobDetails): Promise<JobTables> {
    // A retry changes the letters' attempts, or the rows that went out.
    const letters = deadLetters && deadLetters.kept > 0 ? [deadLetters, recordsFailed, recordsOut] : [];
    const key = JSON.stringify([state, version, letters]);
    const known = this.known.get(name);
    if (known?.key === key) return known.tables;
    const tables = {
      deadLetters: letters.length === 0 ? [] : await this.rows(`SHOW DEAD LETTERS FOR ${quoteName(name)}`),
      versions: await this.rows(`SHOW VERSIONS FOR ${quoteName(name)}`),
    };
    this.known.set(name, { key, tables });
    return tables;
  }

  forget(name: string): void {
    this.known.delete(name);
  }

  private async rows(sql: string): Promise<TableRow[]> {
    const { columns = [], rows = [] } = await this.run(sql).catch((): Partial<StatementResult> => ({}));
    return rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i] ?? '', cell])));
  }
}
