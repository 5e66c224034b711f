// The RPC door: what a well-behaved client gets, and that no malformed one can make the server fall.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectToJobServer, asStreamJobsError } from '../../../server/protocol/connect';
import { StreamJobsError } from '../../../server/protocol/errors';
import * as protocol from '../../../server/protocol/rpc';
import { serveRpc, type RpcServer, type ServedJobs } from '../../../server/jobs/rpcServer';
import { prepareSocketPath } from '../../../server/jobs/socketPath';

let dataDir: string;
let server: RpcServer;
let watched: number[];
let counts: number[];
let announce: (change: Parameters<Parameters<ServedJobs['onJobsChanged']>[0]>[0]) => void;

const notUsed = () => Promise.reject(new Error('not used here'));
const jobs: ServedJobs = {
  execute: (sql) => Promise.resolve({ results: [{ statement: sql, ok: true, message: 'done' }] }),
  pauseJob: (name) =>
    Promise.reject(
      new StreamJobsError('JOB_NOT_FOUND', `There is no job ${name}.`, { hint: 'Did you mean orders?' }),
    ),
  resumeJob: () => new Promise(() => undefined),
  stopJob: notUsed,
  dropJob: notUsed,
  restartJob: notUsed,
  getJobDetails: () => {
    throw new Error('boom');
  },
  listJobs: () => [],
  listTables: () => [],
  peekJob: () => Promise.resolve([]),
  preview: (_sql, receiver) => {
    queueMicrotask(() => {
      receiver.rows('p1', [[1], [2]]);
      receiver.done('p1', 'limit');
    });
    return Promise.resolve({ id: 'p1', columns: [{ name: 'a', type: 'INT' }] });
  },
  cancelPreview: () => Promise.resolve(),
  onJobsChanged: (listener) => {
    announce = listener;
    return () => undefined;
  },
  setWatched: (count) => watched.push(count),
};

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'rpc-'));
  watched = [];
  counts = [];
  const socketPath = await prepareSocketPath(dataDir);
  server = await serveRpc(jobs, {
    socketPath,
    dataDir,
    serverVersion: '1',
    onClients: (count) => counts.push(count),
  });
  const address: protocol.ServerAddress = { socket: socketPath, pid: process.pid, protocolVersion: 1 };
  await writeFile(path.join(dataDir, protocol.addressFile), JSON.stringify(address));
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true });
});

describe('a client', () => {
  it('is greeted, runs statements and is counted while it is there', async () => {
    const { rpc, server: about } = await connectToJobServer(dataDir, 'test');
    expect(about).toMatchObject({ pid: process.pid, dataDir });
    expect(await rpc.sendRequest(protocol.execute, { sql: 'SHOW JOBS', by: 'me' })).toEqual({
      results: [{ statement: 'SHOW JOBS', ok: true, message: 'done' }],
    });
    expect(counts).toEqual([1]);
    rpc.end();
    rpc.dispose();
    await expect.poll(() => watched).toEqual([1, 0]);
  });

  it('gets errors with their code and hint', async () => {
    const { rpc } = await connectToJobServer(dataDir, 'test');
    const error = await rpc
      .sendRequest(protocol.pauseJob, { name: 'ordesr', options: { by: 'me' } })
      .catch(asStreamJobsError);
    expect(error).toMatchObject({
      code: 'JOB_NOT_FOUND',
      message: 'There is no job ordesr.',
      hint: 'Did you mean orders?',
    });
    const fault = await rpc.sendRequest(protocol.getJobDetails, { name: 'x' }).catch(asStreamJobsError);
    expect(fault).toMatchObject({ code: 'INTERNAL', message: 'boom' });
    rpc.dispose();
  });

  it('gets changes and the rows of its previews', async () => {
    const { rpc } = await connectToJobServer(dataDir, 'test');
    const changes: unknown[] = [];
    rpc.onNotification(protocol.jobsChanged, (change) => void changes.push(change));
    announce({ jobs: [], removed: ['orders'] });
    await expect.poll(() => changes).toEqual([{ jobs: [], removed: ['orders'] }]);
    const batches: protocol.PreviewBatch[] = [];
    rpc.onNotification(protocol.previewRows, (batch) => void batches.push(batch));
    await rpc.sendRequest(protocol.preview, { sql: 'SELECT 1' });
    await expect
      .poll(() => batches)
      .toEqual([
        { id: 'p1', rows: [[1], [2]], skipped: 0 },
        { id: 'p1', rows: [], skipped: 0, done: { reason: 'limit' } },
      ]);
    rpc.dispose();
  });

  it('that has just left does not disturb whoever has something to tell', async () => {
    const { socket, ended } = await greeted();
    socket.end();
    for (let turn = 0; turn < 200 && !ended(); turn++) {
      server.log({ at: '', level: 'info', message: 'x' });
      announce({ jobs: [], removed: [] });
      await new Promise(setImmediate);
    }
    await expect.poll(() => counts).toEqual([1, 0]);
  });

  /** A client whose side of the connection the test ends itself. */
  async function greeted(): Promise<{ socket: Socket; ended: () => boolean }> {
    const socket = createConnection(await prepareSocketPath(dataDir));
    const hello = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'hello',
      params: { protocolVersion: 1, client: 't' },
    });
    socket.write(`Content-Length: ${hello.length}\r\n\r\n${hello}`);
    await once(socket, 'data');
    return { socket, ended: () => counts.length > 1 };
  }

  it('whose server goes away hears so, whatever it was asking, and is not ended by it', async () => {
    const { rpc } = await connectToJobServer(dataDir, 'test');
    const waiting = rpc
      .sendRequest(protocol.resumeJob, { name: 'orders', by: 'me' })
      .catch(asStreamJobsError);
    await rpc.sendRequest(protocol.execute, { sql: 'SHOW JOBS', by: 'me' });
    const closing = server.close();
    const asked: Promise<unknown>[] = [];
    try {
      for (let turn = 0; turn < 200; turn++) {
        asked.push(rpc.sendRequest(protocol.listJobs, {}).catch(asStreamJobsError));
        await new Promise(setImmediate);
      }
    } catch {
      // It is known to be closed by now.
    }
    expect(await waiting).toMatchObject({ code: 'SERVER_NOT_RUNNING' });
    await Promise.all([closing, ...asked]);
  });

  it('is told when no server runs', async () => {
    await rm(path.join(dataDir, protocol.addressFile));
    await expect(connectToJobServer(dataDir, 'test')).rejects.toMatchObject({ code: 'SERVER_NOT_RUNNING' });
  });
});

describe('a malformed message', () => {
  const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  let id = 0;
  const request = (method: string, params: unknown) =>
    frame(JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }));
  const hello = (version: number) => request('hello', { protocolVersion: version, client: 'test' });

  it.each([
    ['random bytes without end', Buffer.alloc(10_000, 'x'), /no header that ends/],
    ['no length', 'Content-Type: x\r\n\r\n', /no Content-Length/],
    ['a huge length', 'Content-Length: 999999999999\r\n\r\n', /at most 16777216/],
  ])('%s is answered and the connection closed', async (_name, bytes, expected) => {
    const { socket, text } = await open();
    socket.write(bytes);
    await once(socket, 'close');
    expect(text()).toMatch(expected);
    await expectServing();
  });

  it.each([
    ['not JSON', frame('{nonsense'), /-32700/],
    ['a request before hello', request('listJobs', {}), /first request of a connection must be hello/],
    ['another protocol version', hello(99), /protocol version 1, the client 99/],
    ['an unknown method', hello(1) + request('format-disk', {}), /format-disk/],
    ['parameters that are no object', hello(1) + request('execute', null), /execute takes an object/],
    ['a number for a text', hello(1) + request('execute', { sql: 7, by: 'x' }), /sql must be a string/],
  ])('%s is refused and the connection goes on', async (_name, bytes, expected) => {
    const { socket, text } = await open();
    socket.write(bytes);
    await expect.poll(text).toMatch(expected);
    expect(socket.closed).toBe(false);
    socket.destroy();
    await expectServing();
  });

  async function open(): Promise<{ socket: Socket; text: () => string }> {
    const socket = createConnection(await prepareSocketPath(dataDir));
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return { socket, text: () => text };
  }

  async function expectServing(): Promise<void> {
    const { rpc } = await connectToJobServer(dataDir, 'test');
    expect(await rpc.sendRequest(protocol.listJobs, {})).toEqual([]);
    rpc.dispose();
  }
});
