// The sockets of a kafkajs client, to be closed with it. kafkajs forgets a broker whose connection it lost, but may
// connect to it once more to leave the group: nobody closes that connection then. And its own way to disconnect waits
// for the answers of a broker that hangs.
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { Clock } from '../connector';

const keepAliveMs = 60_000;
/** How long a client that leaves in good order waits for its broker. */
const goodbyeMsMax = 1500;

/** A client of kafkajs that is being connected or is, and is let go of whatever its broker does. */
export class HeldClient<T> {
  readonly connected: Promise<T>;
  private readonly sockets = new ClientSockets();

  /** @param disconnect its way to leave in good order */
  constructor(
    connect: (sockets: ClientSockets) => Promise<T>,
    private readonly disconnect: (client: T) => Promise<void>,
    private readonly clock: Clock,
  ) {
    this.connected = connect(this.sockets);
  }

  /** Never rejects. */
  close(): Promise<void> {
    const goodbye = this.connected.then((client) => this.disconnect(client));
    return this.sockets.closeAfter(goodbye, this.clock);
  }
}

export class ClientSockets {
  private readonly open = new Set<Socket>();
  private closed = false;

  /** Connects as kafkajs itself would, until `close`. */
  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.closed) throw new Error('the client is closed');
    const named = net.isIP(host) ? {} : { servername: host };
    // Absent where nothing is encrypted, whatever the types say.
    const encryption = ssl as tls.ConnectionOptions | undefined;
    const socket = encryption
      ? tls.connect({ host, port, ...named, ...encryption }, onConnect)
      : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** Waits for the client to leave in good order, as long as that is worth it, then closes. Never rejects. */
  async closeAfter(goodbye: Promise<unknown>, clock: Clock): Promise<void> {
    const late = new AbortController();
    await Promise.race([goodbye.catch(() => undefined), clock.sleep(goodbyeMsMax, late.signal)]);
    late.abort();
    this.close();
  }

  /** Ends every connection, with an error so that kafkajs lets go of its timers too. No new one is made. Idempotent. */
  close(): void {
    this.closed = true;
    for (const socket of this.open) socket.destroy(new Error('the client is closed'));
  }
}
