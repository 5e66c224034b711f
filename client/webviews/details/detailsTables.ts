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

interface Known {
  key: string;
  batches: number;
  /** When they were asked for. */
  at: number;
  tables: JobTables;
}

/** While a job processes batches, the tables are asked for at most this often. */
const staleMs = 5_000;

export class DetailsTables {
  private readonly known = new Map<string, Known>();

  /** `run` rejects for what the server refuses. */
  constructor(private readonly run: (sql: string) => Promise<StatementResult>) {}

  /** At `now`, epoch ms. What cannot be read is not there. */
  async of(job: JobDetails, now: number): Promise<JobTables> {
    const { name, state, version, deadLetters, recordsFailed, metrics } = job;
    const key = JSON.stringify([state, version, deadLetters, recordsFailed]);
    const known = this.known.get(name);
    // Letters that were tried in vain change with a batch, as much else does.
    const isFresh = known?.batches === metrics.batches || now - (known?.at ?? 0) < staleMs;
    if (known?.key === key && isFresh) return known.tables;
    const hasLetters = (deadLetters?.kept ?? 0) > 0;
    const tables = {
      deadLetters: hasLetters ? await this.rows(`SHOW DEAD LETTERS FOR ${quoteName(name)}`) : [],
      versions: await this.rows(`SHOW VERSIONS FOR ${quoteName(name)}`),
    };
    this.known.set(name, { key, batches: metrics.batches, at: now, tables });
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
