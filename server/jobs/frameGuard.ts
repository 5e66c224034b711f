// Watches the framing of a JSON-RPC stream, so that no peer can make the server buffer without bound.
import { Transform, type TransformCallback } from 'node:stream';

const headerBytesMax = 4096;
const separator = Buffer.from('\r\n\r\n');

/**
 * Passes bytes through while every header is short and names a Content-Length within `bodyBytesMax`; else ends with
 * an error whose message says what was wrong.
 */
export class FrameGuard extends Transform {
  private header = Buffer.alloc(0);
  private bodyLeft = 0;

  /** `ready` says when the next bytes may be passed on; it never rejects. */
  constructor(
    private readonly bodyBytesMax: number,
    private readonly ready: () => Promise<void>,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const wrong = this.follow(chunk);
    if (wrong === undefined) void this.ready().then(() => done(null, chunk));
    else done(new Error(wrong));
  }

  /** Follows the frames through a chunk; returns what is wrong, if anything. */
  private follow(chunk: Buffer): string | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.bodyLeft > 0) {
        const taken = Math.min(this.bodyLeft, chunk.length - at);
        this.bodyLeft -= taken;
        at += taken;
        continue;
      }
      const seen = this.header.length;
      this.header = Buffer.concat([this.header, chunk.subarray(at, at + headerBytesMax)]);
      const end = this.header.indexOf(separator);
      if (end < 0) {
        if (this.header.length >= headerBytesMax) return 'The message has no header that ends.';
        return undefined;
      }
      const length = /^content-length:\s*(\d+)\s*$/im.exec(this.header.toString('latin1', 0, end))?.[1];
      if (length === undefined) return 'The message header has no Content-Length.';
      if (Number(length) > this.bodyBytesMax) {
        return `The message has ${length} bytes; at most ${this.bodyBytesMax} are accepted.`;
      }
      at += end + separator.length - seen;
      this.bodyLeft = Number(length);
      this.header = Buffer.alloc(0);
    }
    return undefined;
  }
}
