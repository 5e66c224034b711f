// Writes JSON as bytes into one growing buffer, without strings or objects in between.

const zero = 0x30;
const billion = 1_000_000_000;

export class ByteWriter {
  buffer: Buffer;
  position = 0;
  private day = Number.NaN;
  private readonly date = Buffer.alloc(10);

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes);
  }

  /** Makes room for `bytes` more; the other methods do not check. */
  reserve(bytes: number): void {
    if (this.position + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + bytes));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }

  byte(value: number): void {
    this.buffer[this.position++] = value;
  }

  bytes(value: Uint8Array): void {
    const { buffer } = this;
    let at = this.position;
    for (const byte of value) buffer[at++] = byte;
    this.position = at;
  }

  /** A whole number within the safe range. */
  integer(value: number): void {
    let rest = value;
    if (rest < 0) {
      this.byte(0x2d);
      rest = -rest;
    }
    if (rest < billion) {
      this.digits(rest, countDigits(rest));
      return;
    }
    const high = Math.floor(rest / billion);
    this.digits(high, countDigits(high));
    this.digits(rest - high * billion, 9);
  }

  /** `value` with leading zeros, `count` digits in all; below 2^31. */
  digits(value: number, count: number): void {
    const { buffer } = this;
    let rest = value;
    for (let at = this.position + count - 1; at >= this.position; at--) {
      const next = (rest / 10) | 0;
      buffer[at] = zero + rest - next * 10;
      rest = next;
    }
    this.position += count;
  }

  /** `unscaled` / 10^scale, with all its decimals. */
  decimal(unscaled: number, scale: number): void {
    if (scale === 0) {
      this.integer(unscaled);
      return;
    }
    if (unscaled < 0) this.byte(0x2d);
    const magnitude = Math.abs(unscaled);
    const unit = 10 ** scale;
    const whole = Math.floor(magnitude / unit);
    this.integer(whole);
    this.byte(0x2e);
    const part = magnitude - whole * unit;
    if (scale <= 9) {
      this.digits(part, scale);
      return;
    }
    this.bytes(Buffer.from(String(part).padStart(scale, '0'), 'latin1'));
  }

  /** The UTC date of a moment, YYYY-MM-DD. */
  dateOf(epochMs: number): void {
    const day = Math.floor(epochMs / 86_400_000);
    if (day !== this.day) {
      this.day = day;
      this.date.write(new Date(day * 86_400_000).toISOString().slice(0, 10), 'latin1');
    }
    this.bytes(this.date);
  }

  /** The UTC time of day of a moment, HH:MM:SS and `precision` digits (0 to 3) of a second. */
  timeOf(epochMs: number, precision: number): void {
    const ms = Math.floor(epochMs) - Math.floor(epochMs / 86_400_000) * 86_400_000;
    this.digits((ms / 3_600_000) | 0, 2);
    this.byte(0x3a);
    this.digits(((ms / 60_000) | 0) % 60, 2);
    this.byte(0x3a);
    this.digits(((ms / 1000) | 0) % 60, 2);
    if (precision <= 0) return;
    this.byte(0x2e);
    this.digits(((ms % 1000) / 10 ** (3 - Math.min(precision, 3))) | 0, Math.min(precision, 3));
  }
}

function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  let count = 5;
  for (let rest = (value / 100_000) | 0; rest > 0; rest = (rest / 10) | 0) count++;
  return count;
}
