// The sockets of a kafkajs client, to be closed with it. kafkajs forgets a broker whose connection it lost, but may
// connect to it once more to leave the group: nobody closes that connection then.
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 60_000;

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

  /** Ends every connection, with an error so that kafkajs lets go of its timers too. No new one is made. Idempotent. */
  close(): void {
    this.closed = true;
    for (const socket of this.open) socket.destroy(new Error('the client is closed'));
  }
}
