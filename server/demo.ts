// `npm run demo`: the sample in a terminal. A job is paused, its server killed, resumed; then every row is counted.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { PreviewCollector } from './cli/preview';
import { connectToJobServer } from './protocol/connect';
import { describeJob } from './protocol/jobText';
import * as protocol from './protocol/rpc';

const root = path.join(__dirname, '..');
const job = 'find_big_orders';
/** The job's query on its own, over the same orders made a second time: what its file must hold. */
const sameQuery = 'SELECT id FROM orders_again WHERE amount >= 950';

async function main(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-demo-'));
  let server = await Server.start(folder);
  try {
    say('A server is up. The sample starts its jobs:');
    await server.run(await readFile(path.join(root, 'client/samples/datagen/jobs.ssql'), 'utf8'));
    await server.watch(3);

    say(`PAUSE JOB ${job}: it stops at once, and its lag grows.`);
    await server.run(`PAUSE JOB ${job} WITH REASON 'demo'`);
    await server.watch(3);

    say('Now the server is killed (kill -9) and started again. The job is still paused:');
    await server.kill();
    server = await Server.start(folder);
    await server.watch(2);

    say(`RESUME JOB ${job}: it goes on with exactly the next order, and catches up.`);
    await server.run(`RESUME JOB ${job}`);
    await server.watch(3);

    say(
      'Paused once more, to count. The same query over the same orders, computed afresh, says what must be there:',
    );
    await server.run(`PAUSE JOB ${job}`);
    return await count(server, path.join(folder, 'big_orders.ndjson'));
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compares the rows in the file with the query computed again up to where the job is. */
async function count(server: Server, file: string): Promise<boolean> {
  const written = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const ids = written.map((line) => (JSON.parse(line) as { id: number }).id);
  const { recordsIn } = await server.job();
  await server.makeOrdersAgain(recordsIn);
  const expected = await server.query(sameQuery);
  const lost = expected.filter((id) => !ids.includes(id));
  const repeated = ids.length - new Set(ids).size;
  console.log(`  ${recordsIn} orders read, ${expected.length} rows expected, ${ids.length} rows in the file`);
  console.log(`  ${lost.length} lost, ${repeated} repeated`);
  return lost.length === 0 && repeated === 0 && ids.length === expected.length;
}

/** The job server as a process, and a connection to it. */
class Server {
  private constructor(
    private readonly process: ChildProcess,
    private readonly rpc: MessageConnection,
  ) {}

  static async start(folder: string): Promise<Server> {
    const dataDir = path.join(folder, 'data');
    const child = spawn(process.execPath, [path.join(root, 'dist/cli.js'), 'serve', '--data-dir', dataDir], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(createInterface({ input: child.stdout }), 'line');
    const { rpc } = await connectToJobServer(dataDir, 'demo');
    return new Server(child, rpc);
  }

  /** Runs a script; a statement that fails ends the demo. */
  async run(sql: string): Promise<void> {
    const { results } = await this.rpc.sendRequest(protocol.execute, { sql, by: 'demo' });
    for (const { error } of results) if (error) throw new Error(`${error.code}: ${error.message}`);
  }

  job() {
    return this.rpc.sendRequest(protocol.getJobDetails, { name: job });
  }

  /** Shows the job once a second. */
  async watch(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      await sleep(1000);
      const snapshot = await this.job();
      const state = snapshot.state === 'running' ? 'running · ' : '';
      console.log(`  ${job}: ${state}${describeJob(snapshot, Date.now())}`);
    }
  }

  /** The table of orders once more, with its first `count` records all there at once: its seed makes them the same. */
  async makeOrdersAgain(count: number): Promise<void> {
    const tables = await this.rpc.sendRequest(protocol.listTables, {});
    const statement = tables.find(({ name }) => name === 'orders')?.statement ?? '';
    await this.run(
      statement
        .replace('orders', 'orders_again')
        .replace("'rows-per-second' = '200'", `'rows-per-second' = '0', 'number-of-rows' = '${count}'`),
    );
  }

  /** The ids a query gives. */
  async query(sql: string): Promise<number[]> {
    const previews = new PreviewCollector(this.rpc);
    const { id } = await this.rpc.sendRequest(protocol.preview, { sql });
    const ids: number[] = [];
    await previews.follow(id, new AbortController().signal, ([value]) => ids.push(Number(value)));
    return ids;
  }

  async kill(): Promise<void> {
    this.rpc.dispose();
    await this.end('SIGKILL');
  }
  async stop(): Promise<void> {
    this.rpc.dispose();
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill(signal);
    await exit;
  }
}

function say(text: string): void {
  console.log(`\n${text}`);
}

void main().then(
  (whole) => {
    say(
      whole ? 'Nothing lost, nothing repeated.' : 'The rows do not match: this is a bug, please report it.',
    );
    process.exitCode = whole ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
