// The shipped job server as a process of its own that says what it holds, and how that changes over many samples.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { connectToJobServer } from '../../server/protocol/connect';
import { kill, Workplace } from '../unit/cli/process';
import { ask, type Gauges } from './gauges';
import { RemoteJobServer } from './jobServers';

const root = path.join(__dirname, '../..');
const preload = path.join(root, 'out/kafka/gauges.js');

export class GaugedServer extends RemoteJobServer {
  /** What it logged. */
  log = '';

  private constructor(
    place: Workplace,
    private readonly child: ChildProcess,
    protected readonly rpc: MessageConnection,
  ) {
    super(place);
    child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
  }

  static async start(): Promise<GaugedServer> {
    buildSync({ entryPoints: [path.join(__dirname, 'gauges.ts')], outfile: preload, platform: 'node' });
    const place = await Workplace.make();
    const server = path.join(root, 'dist/job-server.js');
    const child = fork(server, ['--data-dir', place.dataDir, '--base-dir', place.folder, '--keep-running'], {
      execArgv: ['--expose-gc', '--require', preload],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    });
    await once(child, 'message');
    const { rpc } = await connectToJobServer(place.dataDir, 'test');
    return new GaugedServer(place, child, rpc);
  }

  async gauges(): Promise<Gauges> {
    this.child.send(ask);
    const [message] = (await once(this.child, 'message')) as [{ gauges: Gauges }];
    return message.gauges;
  }

  /** In good order: its members leave their groups, which the next job of that name joins. */
  async dispose(): Promise<void> {
    this.rpc.dispose();
    if (this.child.exitCode === null && this.child.signalCode === null) await kill(this.child, 'SIGTERM');
    await this.place.dispose();
  }
}
