// Serves the metrics to Prometheus, on loopback only and only when asked.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messages } from './messages';

const host = '127.0.0.1';
/** A scraper that is slower than this is cut off. */
const requestMs = 10_000;

export interface MetricsSource {
  renderMetrics(): Promise<string>;
}

export interface MetricsServer {
  /** Where a scraper finds them: `http://127.0.0.1:9400/metrics`. */
  url: string;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens on a loopback port; 0 takes a free one.
 * @throws StreamJobsError BAD_OPTION when the port is taken or may not be used
 */
export async function serveMetrics(source: MetricsSource, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(source, request, response));
  server.requestTimeout = requestMs;
  server.headersTimeout = requestMs;
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: unknown) => reject(messages.portTaken(port, error));
    server.once('error', refuse);
    try {
      server.listen(port, host, resolve);
    } catch (error) {
      refuse(error);
    }
  });
  const address = server.address();
  const open = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  return { url: `http://${host}:${open}/metrics`, close: () => (closing ??= closeServer(server)) };
}

async function answer(
  source: MetricsSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(404).end('Metrics are at /metrics\n');
    return;
  }
  try {
    const text = await source.renderMetrics();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } catch {
    response.writeHead(500).end('The metrics cannot be read now.\n');
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
