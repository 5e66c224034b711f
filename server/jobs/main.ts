// The job server as a process of its own, hosted by the extension. It ends itself some time after its last client
// left; its jobs then checkpoint and come back as they were.
import { parseArgs } from 'node:util';
import type { Connection } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import { hostServer } from './hostedServer';
import { parseMemory } from './memoryLimit';

/** How long the server waits for a client to come back (a window reload takes a few seconds), in ms. */
const unusedMs = 30_000;

/** From the extension over the process channel: connections with their secrets, never on disk. */
interface HostMessage {
  connections?: Record<string, Connection>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      'base-dir': { type: 'string' },
      'memory-limit': { type: 'string' },
      'pause-warm-time': { type: 'string' },
      'keep-running': { type: 'boolean', default: false },
    },
  });
  const dataDir = values['data-dir'];
  if (dataDir === undefined) throw new Error('--data-dir is missing.');
  const memory = values['memory-limit'];
  const pauseWarmTime = values['pause-warm-time'];
  let unused: NodeJS.Timeout | undefined;
  // Told to end while it opens, it opens first: then there is a good order to leave in.
  function stop(): void {
    hosting.then((hosted) => hosted.close()).then(() => process.exit(0), fail);
  }
  // A log line that cannot be written, on a full disk, is lost, and nothing else.
  process.stderr.on('error', () => undefined);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const hosting = hostServer({
    dataDir,
    baseDir: values['base-dir'] ?? process.cwd(),
    ...(memory === undefined ? {} : { memoryBytes: parseMemory(memory) }),
    ...(pauseWarmTime === undefined ? {} : { pauseWarmTime }),
    log: ({ at, level, message }) => process.stderr.write(`${at} ${level} ${message}\n`),
    onClients(count) {
      clearTimeout(unused);
      if (count === 0 && !values['keep-running']) unused = setTimeout(stop, unusedMs);
    },
  });
  const server = await hosting;
  unused = values['keep-running'] ? undefined : setTimeout(stop, unusedMs);
  process.on('message', (message: HostMessage) => {
    if (message.connections) server.connections.set(message.connections);
  });
  process.send?.({ ready: true });
}

function fail(error: unknown): void {
  const text = error instanceof StreamJobsError ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main().catch(fail);
