// Lets so many through at once; the others wait in order.

export class Turnstile {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly insideMax: number) {}

  /** What `work` gives, begun as soon as there is room for it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.inside >= this.insideMax) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.inside += 1;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // Whoever goes in next takes the place over.
      if (next === undefined) this.inside -= 1;
      else next();
    }
  }
}
