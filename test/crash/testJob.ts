// The jobs that live on a crash site: their statements, and what must be true of what they wrote.
import path from 'node:path';
import type { JobDetails } from '../../server/protocol/jobs';
import { Ids, partitions, Windows, type Known, type Offsets, type Output } from './output';
import { publishingPoints, type Point, type Verb } from './points';
import type { ServerProcess } from './serverProcess';

/** Without state: ids to a file and a print sink. With state: ids, and windows over them. */
export const kinds = ['rows', 'windows'] as const;
/** `published` needs a cluster: see publishedJob.ts. */
export type Kind = (typeof kinds)[number] | 'published';

/** Points that only jobs without state come to: windows have no keys to share, and nothing that cannot be computed. */
const ofRows: readonly Point[] = ['canary journalled', 'dead letters stored', 'dead letters settled'];

/** Points of generated data and of files of rows. */
const ofFiles = /^(log begin|file length|rows (written|synced|cut back))/;

export function comesTo(kind: Kind, point: Point): boolean {
  if (kind === 'published') return !ofFiles.test(point);
  return !publishingPoints.includes(point) && (kind === 'rows' || !ofRows.includes(point));
}

/** Records of one step, and after how many there is one that odd versions cannot compute. */
export const stepRecords = 250;
const badEvery = 499;
/** SHOW DEAD LETTERS shows no more. */
const lettersShown = 1_000;

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

  /** Whether its versions can share keys. */
  get canShare(): boolean {
    return this.kind !== 'windows';
  }

  get name(): string {
    return this.kind;
  }

  /** The job is gone: the next one writes elsewhere. */
  renew(): void {
    this.generation += 1;
    this.outputs = this.outputsOf();
  }

  /** The script a request is; `version` is the one that it brings. */
  sql(verb: Exclude<Verb, 'read'>, version: string): string {
    const { name } = this;
    switch (verb) {
      case 'start':
      case 'startPaused':
        return this.startSql(verb === 'startPaused');
      case 'pause':
        return `PAUSE JOB ${name} WITH REASON = 'crash test'`;
      case 'step':
        return `RESUME JOB ${name} FOR ${stepRecords} RECORDS`;
      case 'retry':
        return `RETRY DEAD LETTERS FOR ${name}`;
      case 'deploy':
      case 'promote':
        return this.deploySql(version, 'REPLACE');
      case 'deployBeside':
        return this.deploySql(version, 'BLUE_GREEN');
      case 'canary':
        return this.deploySql(version, `CANARY(${10 + ((this.generation * 7 + Number(version)) % 80)})`);
      case 'resume':
      case 'stop':
      case 'restart':
      case 'drop':
      case 'rollback':
        return `${verb.toUpperCase()} JOB ${name}`;
    }
  }

  /** The files of rows. */
  get files(): string[] {
    return this.outputs.map(({ file }) => file);
  }

  /** Of a job whose pause was answered: what it wrote is what lies before its positions, exactly. */
  async verify(details: JobDetails, server: ServerProcess, versions: ReadonlySet<string>): Promise<void> {
    const { pauseHistory, name } = details;
    const offsets = pauseHistory.at(-1)?.offsets ?? [];
    const next = new Map(offsets.map(({ partition, position }) => [partition, Number(position)]));
    if (next.size !== partitions)
      throw new Error(`${name} was paused at ${JSON.stringify(offsets)}, not at ${partitions} positions`);
    const known = { letters: await this.letters(details, server), versions };
    await this.verifyOutput(next, known, details, server);
  }

  /** Makes what has to be there before the job. */
  beforeStart(): Promise<void> {
    return Promise.resolve();
  }

  /** Lets go of what lies outside of its folder. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }

  protected async verifyOutput(
    next: Offsets,
    known: Known,
    _details: JobDetails,
    _server: ServerProcess,
  ): Promise<void> {
    for (const output of this.outputs) await output.verify(next, known);
  }

  /** Its dead letters, which are counted as they are kept. */
  private async letters(details: JobDetails, server: ServerProcess): Promise<Known['letters']> {
    const { name, recordsFailed, recordsLate, deadLetters } = details;
    const { kept = 0, dropped = 0, retried = 0 } = deadLetters ?? {};
    const letters = new Map<number, Set<number>>();
    const rows = kept === 0 ? [] : await server.rows(`SHOW DEAD LETTERS FOR ${name}`);
    for (const { partition, offset } of rows) {
      const own = letters.get(Number(partition)) ?? new Set();
      letters.set(Number(partition), own.add(Number(offset)));
    }
    const found = [...letters.values()].reduce((sum, { size }) => sum + size, 0);
    if (
      found !== kept ||
      kept > lettersShown ||
      recordsFailed !== kept + retried + dropped ||
      recordsLate > 0
    )
      throw new Error(
        `${name} has ${found} dead letters; it counts ${JSON.stringify(deadLetters)}, ${recordsFailed} failed and ` +
          `${recordsLate} late`,
      );
    return letters;
  }

  protected outputsOf(): Output[] {
    const file = (table: string) => path.join(this.folder, `${this.table(table)}.json`);
    const ids = new Ids(file('ids'), this.kind === 'windows');
    return this.kind === 'windows' ? [ids, new Windows(file('windows'))] : [ids];
  }

  protected table(name: string): string {
    return `${this.kind}_${name}_${this.generation}`;
  }

  protected get source(): string {
    return source;
  }

  protected get sinks(): string {
    const file = (table: string, columns: string) =>
      `CREATE TABLE IF NOT EXISTS ${table} (${columns}) WITH ('connector' = 'file', 'path' = '${table}.json', 'format' = 'json');\n`;
    const ids = file(this.table('ids'), 'id BIGINT, v STRING, q BIGINT');
    return this.kind === 'windows'
      ? `${ids}${file(this.table('windows'), '`start` TIMESTAMP_LTZ(3), n BIGINT, s BIGINT')}`
      : `${ids}CREATE TABLE IF NOT EXISTS ${this.table('printed')} (id BIGINT) WITH ('connector' = 'print');\n`;
  }

  /** What it does besides. */
  protected get second(): string {
    return this.kind === 'windows'
      ? `INSERT INTO ${this.table('windows')} SELECT window_start, COUNT(*), SUM(id)
           FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '0.1' SECOND)) GROUP BY window_start, window_end;`
      : `INSERT INTO ${this.table('printed')} SELECT id FROM src;`;
  }

  protected readonly options: string = "'batch.records' = '400'";

  private startSql(paused: boolean): string {
    const start = `START JOB ${this.name}${paused ? ' PAUSED' : ''} AS ${this.query('1')};`;
    return `${this.source}${this.sinks}${start}`;
  }

  private deploySql(version: string, strategy: string): string {
    return `DEPLOY JOB ${this.name} VERSION '${version}' AS ${this.query(version)} STRATEGY ${strategy}`;
  }

  private query(version: string): string {
    const isStrict = this.kind !== 'windows' && Number(version) % 2 === 1;
    const computed = isStrict ? `1 / (id % ${badEvery} - 7)` : '0';
    return `STATEMENT SET BEGIN INSERT INTO ${this.table('ids')} SELECT id, '${version}', ${computed} FROM src;
      ${this.second} END WITH (${this.options})`;
  }
}
