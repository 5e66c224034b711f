// A TCP proxy in front of a broker, to cut, refuse, delay and slow connections, and to count what clients ask and get.
import { once } from 'node:events';
import net from 'node:net';

export class Proxy {
  private readonly server = net.createServer((client) => this.accept(client));
  private readonly sockets = new Set<net.Socket>();
  private refusing = false;
  private delayMs = 0;
  private bytesPerSecond = Infinity;
  /** Connections the broker itself has ended. */
  endedByBroker = 0;
  /** Bytes the broker has sent to clients. */
  answeredBytes = 0;
  private readonly asked = new Map<number, number>();

  private constructor(
    private readonly targetPort: () => number,
    readonly port: number,
  ) {}

  /** Listens on `port` of loopback and forwards to whatever port `targetPort` names by then. */
  static async start(port: number, targetPort: () => number): Promise<Proxy> {
    const proxy = new Proxy(targetPort, port);
    proxy.server.listen(port, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Ends all connections; new ones are accepted. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends all connections and every new one, until `allow`. */
  refuse(): void {
    this.refusing = true;
    this.cut();
  }
  allow(): void {
    this.refusing = false;
  }

  /** What the broker answers arrives this much later; 0 ends it. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  /** No connection takes more than so many bytes a second from its client; Infinity ends it. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.sockets.size / 2;
  }
  /** Requests by their kind (Kafka's API key) since the last call. */
  takeRequests(): Map<number, number> {
    const taken = new Map(this.asked);
    this.asked.clear();
    return taken;
  }

  async dispose(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: net.Socket): void {
    if (this.refusing) {
      client.destroy();
      return;
    }
    const broker = net.connect(this.targetPort(), '127.0.0.1');
    for (const socket of [client, broker]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    client.on('data', (data) => {
      broker.write(data);
      if (this.bytesPerSecond === Infinity) return;
      client.pause();
      setTimeout(() => client.resume(), (data.length * 1000) / this.bytesPerSecond);
    });
    client.on('end', () => broker.end());
    broker.on('end', () => {
      if (client.writable) this.endedByBroker += 1;
      client.end();
    });
    const requests = countRequests((key) => this.asked.set(key, (this.asked.get(key) ?? 0) + 1));
    client.on('data', requests);
    // In order, also where the delay has just ended.
    const late: Buffer[] = [];
    const sendFirst = (): void => {
      const data = late.shift();
      if (data && client.writable) client.write(data);
    };
    broker.on('data', (data) => {
      this.answeredBytes += data.length;
      if (this.delayMs === 0 && late.length === 0) client.write(data);
      else {
        late.push(data);
        setTimeout(sendFirst, this.delayMs);
      }
    });
  }
}

/** Takes a connection's bytes: frames of a length and a request that begins with its kind. */
function countRequests(count: (apiKey: number) => void): (data: Buffer) => void {
  let unread = Buffer.alloc(0);
  let skip = 0;
  return (data) => {
    unread = Buffer.concat([unread, data]);
    for (;;) {
      const skipped = Math.min(skip, unread.length);
      skip -= skipped;
      unread = unread.subarray(skipped);
      if (unread.length < 6) return;
      count(unread.readInt16BE(4));
      skip = 4 + unread.readInt32BE(0);
    }
  };
}
