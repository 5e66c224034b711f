// A bounded cache that forgets what was not used for long. Two generations: reading a young entry changes nothing, so that a hit is cheap.

export class RecentlyUsed<K, V> {
  private young = new Map<K, V>();
  private old = new Map<K, V>();

  /** Holds `entriesMax` entries at most. */
  constructor(private readonly entriesMax: number) {}

  /** The value of a key, made when it is not there. */
  get(key: K, make: () => V): V {
    const known = this.young.get(key);
    if (known !== undefined) return known;
    const value = this.old.get(key) ?? make();
    this.old.delete(key);
    this.young.set(key, value);
    if (this.young.size > this.entriesMax / 2) [this.old, this.young] = [this.young, new Map<K, V>()];
    return value;
  }
}
