// Clients of every bad kind at the door of a real server process, which goes on serving a good one.
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RequestType } from 'vscode-jsonrpc';
import * as protocol from '../../../server/protocol/rpc';
import { frame, greeting, request, ServedProcess } from './servedProcess';

const sql = `
  CREATE TABLE made (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
  CREATE TABLE gone (id BIGINT) WITH ('connector' = 'blackhole');
  START JOB orders AS INSERT INTO gone SELECT id FROM made;
  START JOB victim AS INSERT INTO gone SELECT id FROM made`;
const memoryGrowthMax = 300 * 1024 * 1024;

let server: ServedProcess;
beforeAll(async () => {
  server = await ServedProcess.start(sql);
});
afterAll(() => server.dispose());

async function expectServing(): Promise<void> {
  expect((await server.jobs()).map(({ name }) => name)).toContain('orders');
}

it('random bytes, cut frames and wrong headers: each is answered or closed, others are served', async () => {
  const header = fc.oneof(
    fc.constantFrom('Content-Length: ', 'content-length:', 'Content-Length: -', 'Content-Length: 1e', 'X: '),
    fc.string({ maxLength: 30 }),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 6000 }).map((array) => Buffer.from(array)),
    fc
      .tuple(header, fc.nat(), fc.string({ maxLength: 200 }))
      .map(([key, length, body]) => Buffer.from(`${key}${length}\r\n\r\n${body}`)),
    fc.json().map((json) => Buffer.from(frame(json))),
    fc.nat(greeting.length).map((cut) => Buffer.from(greeting.slice(0, cut))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (written, greets) => {
      const { socket } = await server.open();
      if (greets) socket.write(greeting);
      socket.write(written);
      socket.end();
      await new Promise((resolve) =>
        socket.writableFinished ? resolve(undefined) : socket.once('finish', resolve).once('close', resolve),
      );
      socket.destroy();
    }),
    { numRuns: 300 },
  );
  await expectServing();
});

it('wrong types in any field of any request are refused by name, and never a fault of the server', async () => {
  const methods = Object.values(protocol).flatMap((value) =>
    value instanceof RequestType ? value.method : [],
  );
  expect(methods.length).toBeGreaterThan(10);
  const fields = [
    'sql',
    'by',
    'settings',
    'name',
    'options',
    'force',
    'id',
    'from',
    'acceptDataLoss',
    'records',
    'limit',
    'protocolVersion',
    'reason',
    'until',
    'forMs',
    'cold',
    '__proto__',
    'constructor',
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    // Now and then everything fits, and the victim is stopped or dropped.
    fc.constantFrom('victim', 'SHOW JOBS', 1e308, -1, 0.5, '', null),
  );
  const params = fc.oneof(fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 }), value);
  const { socket, text } = await server.open();
  socket.write(greeting);
  let id = 1;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), params, async (method, given) => {
      id += 1;
      socket.write(request(id, method, given));
      await expect.poll(() => text().includes(`"id":${id},`), { timeout: 20_000, interval: 2 }).toBe(true);
      const answer = text().slice(text().indexOf(`"id":${id},`));
      expect(answer).not.toMatch(/"code":"INTERNAL"|Cannot read|is not a function|undefined/);
    }),
    { numRuns: 500 },
  );
  socket.destroy();
  await expectServing();
}, 60_000);

it.each([
  ['an array a hundred thousand deep', frame(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  [
    'a request with params that deep',
    frame(
      `{"jsonrpc":"2.0","id":9,"method":"listJobs","params":${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`,
    ),
  ],
  ['a batch', frame('[{"jsonrpc":"2.0","id":9,"method":"listJobs","params":{}}]')],
  ['null', frame('null')],
  ['a number', frame('7')],
  ['an id that is an object', frame('{"jsonrpc":"2.0","id":{},"method":"listJobs","params":{}}')],
  ['a method that is a number', frame('{"jsonrpc":"2.0","id":9,"method":7,"params":{}}')],
  ['an answer nobody asked for', frame('{"jsonrpc":"2.0","id":77,"result":1}')],
  ['a length of zero', 'Content-Length: 0\r\n\r\n'],
  ['two lengths', `Content-Length: 2\r\nContent-Length: 99999999999\r\n\r\n{}`],
])('%s does not disturb the server', async (_name, bytes) => {
  const { socket } = await server.open();
  socket.write(greeting);
  socket.write(bytes);
  await expectServing();
  socket.destroy();
  await expectServing();
});

it('a client that asks and never reads is waited for, and does not fill the memory', async () => {
  await expectServing();
  const before = await server.memory();
  const { socket } = await server.open();
  socket.write(greeting);
  socket.pause();
  for (let id = 2; id < 60_000; id++)
    socket.write(request(id, 'execute', { sql: 'SHOW FUNCTIONS', by: 'greedy' }));
  for (let look = 0; look < 10; look++) await expectServing();
  expect((await server.memory()) - before).toBeLessThan(memoryGrowthMax);
  socket.destroy();
  await expectServing();
}, 60_000);

it('two thousand connections at once, most of them silent: another client is served', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 2000 }, () =>
      server.open().then(
        ({ socket }) => socket,
        () => undefined,
      ),
    ),
  );
  for (const socket of sockets.slice(0, 500)) socket?.write(greeting.slice(0, 30));
  // Those above the limit are closed; as soon as others leave there is room again.
  for (const socket of sockets.slice(0, 1500)) socket?.destroy();
  const names = () =>
    server.jobs().then(
      (jobs) => jobs.map(({ name }) => name),
      () => [],
    );
  await expect.poll(names, { timeout: 20_000 }).toContain('orders');
  for (const socket of sockets) socket?.destroy();
  await expectServing();
}, 60_000);

it('a connection that says nothing is closed after a while', async () => {
  const { socket } = await server.open();
  await once(socket, 'close');
  await expectServing();
}, 30_000);
