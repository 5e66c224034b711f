// A job server as far as hosting one is concerned: holds its data directory, writes its address, says hello.
const { existsSync, mkdirSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:net');
const path = require('node:path');
const rpc = require('vscode-jsonrpc/node');

const dataDir = process.argv[process.argv.indexOf('--data-dir') + 1];
if (existsSync(path.join(dataDir, 'broken'))) {
  console.error('STORAGE: no library for this machine');
  process.exit(1);
}
const hash = require('node:crypto').createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
const socket = process.platform === 'win32' ? `\\\\.\\pipe\\fake-${hash}` : path.join(dataDir, 's');
const address = path.join(dataDir, 'server.json');
mkdirSync(dataDir, { recursive: true });

const server = createServer((client) => {
  client.on('error', () => undefined);
  const connection = rpc.createMessageConnection(client, client);
  connection.onRequest('hello', () => ({
    protocolVersion: 1,
    serverVersion: '0.0.0',
    pid: process.pid,
    dataDir,
  }));
  connection.listen();
});
server.on('error', () => {
  console.error(`SERVER_RUNNING: ${dataDir}`);
  process.exit(1);
});
process.on('SIGTERM', () => {
  rmSync(address, { force: true });
  rmSync(socket, { force: true });
  process.exit(0);
});
if (process.platform !== 'win32' && existsSync(path.join(dataDir, 'stale'))) rmSync(socket, { force: true });
server.listen(socket, () => {
  writeFileSync(path.join(dataDir, 'stale'), '');
  writeFileSync(address, JSON.stringify({ socket, pid: process.pid, protocolVersion: 1 }));
  process.send?.({ ready: true });
});
