// A job server over fakes: real statements and plans, an engine and a disk that do as they are told.
import { StreamJobServer, type ServerOptions } from '../../../server/jobs/streamJobServer';
import type { ExecuteResult, StatementResult } from '../../../server/protocol/results';
import { FakeClock } from './fakeClock';
import { FakeEngine } from './fakeEngine';
import { FakeWorld } from './fakeWorld';
import { FakeDisk, FakeStore } from './fakeStore';

export const tables = `
  CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'datagen');
  CREATE TABLE big_orders (id BIGINT, customer STRING) WITH ('connector' = 'blackhole');
`;
export const query = `INSERT INTO big_orders SELECT id, customer FROM orders WHERE amount > 100`;

export class ServerHarness {
  readonly clock = new FakeClock();
  readonly world = new FakeWorld();
  readonly disk = new FakeDisk();
  engine = new FakeEngine(this.world, this.clock);
  private store = new FakeStore(this.disk, this.clock);
  private opened: StreamJobServer | undefined;

  constructor(private readonly options: Partial<ServerOptions> = {}) {}

  get server(): StreamJobServer {
    if (this.opened === undefined) throw new Error('The server is not open.');
    return this.opened;
  }

  async open(): Promise<StreamJobServer> {
    const { clock, engine, store } = this;
    const diskSpace = () => Promise.resolve(undefined);
    const fixed = { dataDir: 'data', environment: {}, clock, engine, store, diskSpace };
    this.opened = await this.clock.until(StreamJobServer.open({ ...fixed, ...this.options }));
    await this.clock.advance(10);
    return this.opened;
  }

  /** kill -9, and a new server on the same disk. */
  async crash(): Promise<StreamJobServer> {
    this.engine.cut();
    this.store.cut();
    this.engine = new FakeEngine(this.world, this.clock);
    this.store = new FakeStore(this.disk, this.clock);
    return this.open();
  }

  execute(sql: string, settings: Record<string, string> = {}): Promise<ExecuteResult> {
    return this.clock.until(this.server.execute(sql, { by: 'ada', settings }));
  }

  /** Runs a script that must succeed; gives the last statement's result. */
  async run(sql: string, settings: Record<string, string> = {}): Promise<StatementResult> {
    const { results } = await this.execute(sql, settings);
    const failed = results.find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(`${failed.statement}: ${JSON.stringify(failed.error)}`);
    const last = results.at(-1);
    if (last === undefined) throw new Error('The script has no statement.');
    return last;
  }

  /** Runs a script whose last statement must fail; gives its error. */
  async refused(sql: string, settings: Record<string, string> = {}): Promise<StatementResult['error']> {
    const last = (await this.execute(sql, settings)).results.at(-1);
    if (last === undefined || last.ok) throw new Error(`It was not refused: ${JSON.stringify(last)}`);
    return last.error;
  }
}

export async function serverWith(sql: string, options: Partial<ServerOptions> = {}): Promise<ServerHarness> {
  const harness = new ServerHarness(options);
  await harness.open();
  await harness.run(sql);
  return harness;
}
