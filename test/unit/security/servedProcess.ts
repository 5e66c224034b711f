// A job server as a process of its own with a job that runs, for tests that attack it while it serves others.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import path from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { connectToJobServer } from '../../../server/protocol/connect';
import type { JobSnapshot } from '../../../server/protocol/jobs';
import * as protocol from '../../../server/protocol/rpc';
import { Workplace } from '../cli/process';

export class ServedProcess {
  private constructor(
    readonly place: Workplace,
    readonly child: ChildProcess,
    private readonly address: protocol.ServerAddress,
  ) {}

  static async start(sql: string): Promise<ServedProcess> {
    const place = await Workplace.make();
    const { child } = await place.serve();
    const file = path.join(place.dataDir, protocol.addressFile);
    const address = JSON.parse(await readFile(file, 'utf8')) as protocol.ServerAddress;
    const served = new ServedProcess(place, child, address);
    const { rpc } = await connectToJobServer(place.dataDir, 'test');
    const { results } = await rpc.sendRequest(protocol.execute, { sql, by: 'test' });
    rpc.dispose();
    const failed = results.find(({ ok }) => !ok);
    if (failed) throw new Error(JSON.stringify(failed.error));
    return served;
  }

  get socketPath(): string {
    return this.address.socket;
  }

  /** A connection whose bytes the test writes itself; `text` is what came back so far. */
  async open(): Promise<{ socket: Socket; text: () => string }> {
    const socket = createConnection(this.socketPath);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    return { socket, text: () => text };
  }

  /** What a well-behaved client gets now. @throws Error when the server does not serve */
  async jobs(): Promise<JobSnapshot[]> {
    if (this.child.exitCode !== null || this.child.signalCode !== null)
      throw new Error('The server has ended.');
    const { rpc } = await connectToJobServer(this.place.dataDir, 'test');
    try {
      return await rpc.sendRequest(protocol.listJobs, {});
    } finally {
      rpc.dispose();
    }
  }

  /** Memory of the process in bytes, where the system tells. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid ?? 0}/status`, 'utf8').catch(() => '');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  dispose(): Promise<void> {
    return this.place.dispose();
  }
}

export function frame(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function request(id: number, method: string, params: unknown): string {
  return frame(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
}

export const greeting = request(1, 'hello', { protocolVersion: protocol.protocolVersion, client: 'test' });
