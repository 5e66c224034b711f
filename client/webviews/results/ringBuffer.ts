// The last rows of an endless result: a bounded buffer that forgets the oldest.

export class RingBuffer<T> {
  private items: T[] = [];
  private first = 0;
  /** How many were ever added. */
  total = 0;

  constructor(readonly capacity: number) {}

  get length(): number {
    return this.items.length;
  }

  /** How many were forgotten. */
  get forgotten(): number {
    return this.total - this.items.length;
  }

  add(items: readonly T[]): void {
    for (const item of items) {
      if (this.items.length < this.capacity) this.items.push(item);
      else {
        this.items[this.first] = item;
        this.first = (this.first + 1) % this.capacity;
      }
    }
    this.total += items.length;
  }

  /** What is kept, the oldest first. */
  toArray(): T[] {
    return [...this.items.slice(this.first), ...this.items.slice(0, this.first)];
  }
}
