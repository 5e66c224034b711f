// A stateful operator's delta: a temporary table that is made anew in each batch that has rows for it.
import type { Database } from '../database';
import type { DeltaForm } from './operator';
import { columnList } from './operator';

export interface Materialised {
  /** Takes the rows of `select`, or none of them. Inside the batch's transaction. */
  replace(database: Database, select: string, wanted: boolean): Promise<void>;
  quiet(): boolean;
  delta(form: DeltaForm): string;
  restore(): void;
}

export function materialised(name: string, columns: number): Materialised {
  let state: 'missing' | 'empty' | 'rows' = 'missing';
  const list = [...(columns === 0 ? [] : [columnList(columns)]), 'w'].join(', ');
  return {
    async replace(database, select, wanted) {
      if (!wanted && state === 'empty') return;
      const rows = wanted ? select : `SELECT * FROM (${select}) LIMIT 0`;
      await database.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${rows}`);
      state = wanted ? 'rows' : 'empty';
    },
    quiet: () => state !== 'rows',
    delta: (form) =>
      form === 'checked'
        ? `SELECT ${list}, CAST(NULL AS INTEGER) AS scan, CAST(NULL AS BIGINT) AS i, FALSE AS bad FROM ${name}`
        : `SELECT ${list} FROM ${name}`,
    // The rolled back transaction may have made or replaced the table.
    restore: () => {
      state = 'missing';
    },
  };
}
