// A server over the real engine between files: what was appended to a source and what came out are plain lists.
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allConnectors } from '../../../server/connectors/connectors';
import type { Connector } from '../../../server/connectors/connector';
import type { Engine } from '../../../server/engine/engine';
import { StreamJobServer } from '../../../server/jobs/streamJobServer';
import { systemClock } from '../../../server/jobs/systemClock';
import type { StatementResult } from '../../../server/protocol/results';
import { folderEngine } from '../../folderEngine';

export const fileTables = `
  CREATE TABLE orders (id BIGINT, customer STRING, at BIGINT, ts AS TO_TIMESTAMP_LTZ(at, 3), WATERMARK FOR ts AS ts)
    WITH ('connector' = 'file', 'path' = 'orders.json', 'format' = 'json');
  CREATE TABLE ids (id BIGINT, v STRING) WITH ('connector' = 'file', 'path' = 'ids.json', 'format' = 'json');
  CREATE TABLE counts (start TIMESTAMP_LTZ(3), n BIGINT, v STRING)
    WITH ('connector' = 'file', 'path' = 'counts.json', 'format' = 'json');
`;

/** A job that counts orders in windows of so many seconds, marked with its version. */
export function counting(version: string, { size = 1 } = {}): string {
  return `INSERT INTO counts SELECT window_start, COUNT(*), '${version}'
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '${size}' SECOND)) GROUP BY window_start, window_end`;
}

export function passing(version: string): string {
  return `INSERT INTO ids SELECT id, '${version}' FROM orders`;
}

export interface IdRow {
  id: number;
  v: string;
}
export interface CountRow {
  start: string;
  n: number;
  v: string;
}

export class Deployments {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'deploy-'));
  private opened: StreamJobServer | undefined;
  private nextId = 0;
  /** Called once when a database is about to be made for another version: the old one is at rest then. */
  atRest: (() => void) | undefined;

  get server(): StreamJobServer {
    if (this.opened === undefined) throw new Error('The server is not open.');
    return this.opened;
  }

  /** Opens the server, `probationMs` long enough for what a test waits to see in it. */
  async open(probationMs = 300, connectors: readonly Connector[] = allConnectors): Promise<void> {
    this.opened = await StreamJobServer.open({
      dataDir: this.folder,
      engine: this.observed(folderEngine(this.folder, { connectors })),
      clock: systemClock,
      connectors,
      limits: { probationMs },
    });
  }

  private observed(engine: Engine): Engine {
    const carryOver: Engine['carryOver'] = (from, to) => {
      this.atRest?.();
      this.atRest = undefined;
      return engine.carryOver(from, to);
    };
    return { ...engine, carryOver };
  }

  /** How many orders there are. */
  get appended(): number {
    return this.nextId;
  }

  async close(): Promise<void> {
    await this.opened?.close();
    this.opened = undefined;
  }
  async dispose(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** So many more orders, a tenth of a second apart. */
  append(orders: number, change: (id: number) => object = () => ({})): void {
    const rows = Array.from({ length: orders }, (_, i) => this.nextId + i);
    this.nextId += orders;
    const lines = rows.map((id) =>
      JSON.stringify({ id, customer: `c${id % 3}`, at: id * 100, ...change(id) }),
    );
    appendFileSync(path.join(this.folder, 'orders.json'), lines.map((line) => `${line}\n`).join(''));
  }

  async run(sql: string): Promise<StatementResult> {
    const { results } = await this.server.execute(sql, { by: 'ada' });
    const last = results.at(-1);
    if (last === undefined) throw new Error('The script has no statement.');
    return last;
  }
  /** @throws Error with what was refused */
  async done(sql: string): Promise<StatementResult> {
    const last = await this.run(sql);
    if (!last.ok) throw new Error(JSON.stringify(last.error));
    return last;
  }
  /** State and note by version. */
  async versions(): Promise<unknown[]> {
    const { rows = [] } = await this.done('SHOW VERSIONS job');
    return rows.map(([version, state]) => [version, state]);
  }

  /** Until everything appended was read. */
  async drained(): Promise<void> {
    await this.until(() => this.server.getJobDetails('job').recordsIn >= this.nextId);
  }
  async until(wanted: () => boolean): Promise<void> {
    for (let i = 0; i < 1000; i++) {
      if (wanted()) return;
      await sleep(20);
    }
    throw new Error(`It never was so: ${wanted.toString()} ${JSON.stringify(this.server.listJobs())}`);
  }

  rows<Row>(file: string): Row[] {
    const at = path.join(this.folder, file);
    if (!existsSync(at)) return [];
    const lines = readFileSync(at, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
  }
  ids(): IdRow[] {
    return this.rows<IdRow>('ids.json');
  }
  counts(): CountRow[] {
    return this.rows<CountRow>('counts.json');
  }
  /** Databases of the job, by name. */
  databases(): string[] {
    const jobs = path.join(this.folder, 'jobs');
    const own = readdirSync(jobs, { recursive: true, encoding: 'utf8' });
    return own
      .filter((name) => name.endsWith('.db'))
      .map((name) => path.basename(name))
      .sort();
  }
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
