// Loaded into a server process beside durableWrites.ts: stands around what it sends to a Kafka cluster, so that each
// request of a transaction is a crash point: before it leaves, when it has left, and when its answer is there.
import net from 'node:net';
import { brokerVariable, requestPoints } from './points';
import { passingRequest } from './striker';

const port = Number(process.env[brokerVariable] ?? 0);
/** Length, api key, version and correlation id: https://kafka.apache.org/protocol#protocol_messages */
const headerBytes = 12;
const lengthBytes = 4;

/** The answers that somebody waits for on a connection. */
class Answers {
  private readonly waiting = new Map<number, () => void>();
  private rest = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    // Before the client's own, which would act on the answer.
    socket.prependListener('data', (chunk: Buffer) => this.read(chunk));
  }

  wait(correlationId: number, answered: () => void): void {
    this.waiting.set(correlationId, answered);
  }

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (this.rest.length >= 2 * lengthBytes) {
      const end = lengthBytes + this.rest.readInt32BE(0);
      if (this.rest.length < end) return;
      const correlationId = this.rest.readInt32BE(lengthBytes);
      this.rest = this.rest.subarray(end);
      this.waiting.get(correlationId)?.();
      this.waiting.delete(correlationId);
    }
  }
}

const answers = new WeakMap<net.Socket, Answers>();
type Write = (this: net.Socket, ...args: unknown[]) => boolean;
const write = Reflect.get(net.Socket.prototype, 'write') as Write;

function writeRequest(this: net.Socket, ...args: unknown[]): boolean {
  const [request] = args;
  const isRequest =
    this.remotePort === port &&
    Buffer.isBuffer(request) &&
    request.length >= headerBytes &&
    request.readInt32BE(0) === request.length - lengthBytes;
  if (!isRequest) return write.apply(this, args);
  const own = answers.get(this) ?? new Answers(this);
  answers.set(this, own);
  const point = requestPoints.get(request.readInt16BE(lengthBytes));
  if (point === undefined) return write.apply(this, args);
  const whenAnswered = (answered: () => void) => own.wait(request.readInt32BE(2 * lengthBytes), answered);
  return passingRequest(point, () => write.apply(this, args), whenAnswered);
}

if (port > 0) Object.assign(net.Socket.prototype, { write: writeRequest });
