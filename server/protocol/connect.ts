// How a client reaches the stream job server of a data directory: reads its address, connects, says hello.
import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import path from 'node:path';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { StreamJobsError } from './errors';
import {
  addressFile,
  hello,
  protocolVersion,
  type ErrorData,
  type HelloResult,
  type ServerAddress,
} from './rpc';

/** Longest wait for the socket and for the answer to hello, in ms. */
const connectMs = 5000;

export interface JobServerConnection {
  rpc: MessageConnection;
  server: HelloResult;
}

/**
 * Connects to the server that holds `dataDir`.
 * @throws StreamJobsError SERVER_NOT_RUNNING when none answers, PROTOCOL_VERSION when it speaks another version
 */
export async function connectToJobServer(dataDir: string, client: string): Promise<JobServerConnection> {
  const address = await readAddress(dataDir);
  const socket = await openSocket(address.socket, dataDir);
  const rpc = createMessageConnection(new SocketMessageReader(socket), new ClosingWriter(socket));
  // A socket that breaks closes the connection; both say the same, so neither may go unheard.
  rpc.onError(() => undefined);
  // Whatever waits for an answer hears that none comes.
  rpc.onClose(() => rpc.dispose());
  rpc.listen();
  try {
    const greeting = rpc.sendRequest(hello, { protocolVersion, client });
    return { rpc, server: await within(connectMs, greeting, notRunning(dataDir)) };
  } catch (error) {
    rpc.dispose();
    socket.destroy();
    throw asStreamJobsError(error);
  }
}

/**
 * Closes the connection when it cannot write: vscode-jsonrpc also throws a failed write of a request where nobody can
 * catch it, which would end the process.
 */
class ClosingWriter extends SocketMessageWriter {
  constructor(private readonly target: Socket) {
    super(target);
  }

  override async write(message: Message): Promise<void> {
    try {
      await super.write(message);
    } catch {
      this.target.destroy();
    }
  }
}

/** What vscode-jsonrpc says, in the place of an answer, when the connection is no more. */
const lost: number[] = [ErrorCodes.PendingResponseRejected, ErrorCodes.MessageWriteError];

/** An error that came over RPC, as the class it was on the other side. */
export function asStreamJobsError(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ResponseError && !lost.includes(error.code)) {
    const data = error.data as ErrorData | undefined;
    const options = data?.hint === undefined ? {} : { hint: data.hint };
    return new StreamJobsError(data?.code ?? 'INTERNAL', message, options);
  }
  return new StreamJobsError(
    'SERVER_NOT_RUNNING',
    `The connection to the stream job server was lost: ${message}`,
    {
      cause: error,
    },
  );
}

async function readAddress(dataDir: string): Promise<ServerAddress> {
  try {
    return JSON.parse(await readFile(path.join(dataDir, addressFile), 'utf8')) as ServerAddress;
  } catch (error) {
    throw notRunning(dataDir, error);
  }
}

function openSocket(socketPath: string, dataDir: string): Promise<Socket> {
  const socket = createConnection(socketPath);
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => reject(notRunning(dataDir, error)));
  });
  return within(connectMs, opened, notRunning(dataDir)).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
}

function notRunning(dataDir: string, cause?: unknown): StreamJobsError {
  return new StreamJobsError('SERVER_NOT_RUNNING', `No stream job server runs on ${dataDir}.`, {
    hint: 'Start one with: stream-jobs serve',
    cause,
  });
}

async function within<T>(ms: number, promise: Promise<T>, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
