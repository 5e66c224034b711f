// The jobs that live on a crash site: their statements, and what must be true of what they wrote.
import path from 'node:path';
import type { JobDetails } from '../../server/protocol/jobs';
import { Ids, partitions, Windows, type Output } from './output';
import type { Verb } from './standing';

/** Without state: ids to a file and a print sink. With state: ids, and windows over them. */
export const kinds = ['rows', 'windows'] as const;
export type Kind = (typeof kinds)[number];

const source = `CREATE TABLE IF NOT EXISTS src (id BIGINT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'datagen', 'partitions' = '${partitions}', 'rows-per-second' = '5000',
        'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '1000000000');\n`;

/** A job that is started and dropped again and again; each time it writes to files of its own. */
export class TestJob {
  private generation = 0;
  private outputs: Output[] = [];

  constructor(
    private readonly folder: string,
    readonly kind: Kind,
  ) {
    this.renew();
  }

  get name(): string {
    return this.kind;
  }

  /** The job is gone: the next one writes elsewhere. */
  renew(): void {
    this.generation += 1;
    const outputs = [new Ids(path.join(this.folder, `${this.table('ids')}.json`))];
    const windows = new Windows(path.join(this.folder, `${this.table('windows')}.json`));
    this.outputs = this.kind === 'windows' ? [...outputs, windows] : outputs;
  }

  /** The script a request is. */
  sql(verb: Exclude<Verb, 'read'>): string {
    const { name } = this;
    switch (verb) {
      case 'start':
      case 'startPaused':
        return this.startSql(verb === 'startPaused');
      case 'pause':
        return `PAUSE JOB ${name} WITH REASON = 'crash test'`;
      case 'resume':
      case 'stop':
      case 'restart':
      case 'drop':
        return `${verb.toUpperCase()} JOB ${name}`;
    }
  }

  /** The files of rows. */
  get files(): string[] {
    return this.outputs.map(({ file }) => file);
  }

  /** Of a job whose pause was answered: what it wrote is what lies before its positions, exactly. */
  async verify({ pauseHistory, name }: JobDetails): Promise<void> {
    const offsets = pauseHistory.at(-1)?.offsets ?? [];
    const next = new Map(offsets.map(({ partition, position }) => [partition, Number(position)]));
    if (next.size !== partitions)
      throw new Error(`${name} was paused at ${JSON.stringify(offsets)}, not at ${partitions} positions`);
    for (const output of this.outputs) await output.verify(next);
  }

  private table(name: string): string {
    return `${this.kind}_${name}_${this.generation}`;
  }

  private startSql(paused: boolean): string {
    const file = (table: string, columns: string) =>
      `CREATE TABLE IF NOT EXISTS ${table} (${columns}) WITH ('connector' = 'file', 'path' = '${table}.json', 'format' = 'json');\n`;
    const [ids, windows, printed] = [this.table('ids'), this.table('windows'), this.table('printed')];
    const second =
      this.kind === 'windows'
        ? `INSERT INTO ${windows} SELECT window_start, COUNT(*), SUM(id)
             FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '0.1' SECOND)) GROUP BY window_start, window_end;`
        : `INSERT INTO ${printed} SELECT id FROM src;`;
    return [
      source,
      file(ids, 'id BIGINT'),
      this.kind === 'windows'
        ? file(windows, '`start` TIMESTAMP_LTZ(3), n BIGINT, s BIGINT')
        : `CREATE TABLE IF NOT EXISTS ${printed} (id BIGINT) WITH ('connector' = 'print');\n`,
      `START JOB ${this.name}${paused ? ' PAUSED' : ''} AS STATEMENT SET BEGIN
         INSERT INTO ${ids} SELECT id FROM src; ${second} END WITH ('batch.records' = '400');`,
    ].join('');
  }
}
