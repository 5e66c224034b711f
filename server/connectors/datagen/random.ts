// Pseudo-random numbers as a pure function of (seed, record): the same record has the same values whenever it is read.

/** A stream of random numbers that can be set to the start of any record's in constant time. */
export class RandomStream {
  private state = 0;

  /** Goes to the numbers of a record; `seed` is the field's own, so that fields do not resemble each other. */
  start(seed: number, record: number): void {
    const high = Math.floor(record / 0x1_0000_0000);
    this.state = mix(mix(seed ^ (record | 0)) ^ Math.imul(high, 0x9e37_79b1) ^ 0x5bd1_e995);
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.state = (this.state + 0x9e37_79b9) | 0;
    return mix(this.state) >>> 0;
  }

  /** A whole number from 0 to `count` - 1; `count` up to 2^53. */
  below(count: number): number {
    if (count <= 0x1_0000_0000) return Math.floor((this.next() / 0x1_0000_0000) * count);
    const fraction = (this.next() * 0x20_0000 + (this.next() >>> 11)) / 0x20_0000_0000_0000;
    return Math.floor(fraction * count);
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }
}

/** The finalizer of MurmurHash3: every bit of the input changes about half of the output. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

/** A number for a name, to give each field numbers of its own. */
export function seedOf(seed: number, name: string): number {
  let h = mix(seed | 0) ^ mix(Math.floor(seed / 0x1_0000_0000));
  for (let i = 0; i < name.length; i++) h = mix(h ^ name.charCodeAt(i));
  return h;
}
