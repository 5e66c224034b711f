// Open rows of a tree, drawn anew one after the other. From when VS Code hears that a row has changed until it has asked
// for the rows under it, it has forgotten these, and gives a command that is clicked there `undefined`. As only one open
// row is drawn at a time, it is known which one the click was under.

export class OpenRows {
  /** Changed, and not drawn yet. */
  private waiting: string[] = [];
  /** Drawn anew, and not asked for since. */
  private readonly drawn = new Set<string>();

  /** Takes the open rows that have changed, and returns the one to draw now. */
  changed(rows: readonly string[]): string | undefined {
    this.waiting = [...rows];
    return this.next();
  }

  /** What is under a row is known again. Returns the one to draw next. */
  asked(row: string): string | undefined {
    this.drawn.delete(row);
    return this.drawn.size === 0 ? this.next() : undefined;
  }

  /** The tree is drawn anew as a whole. */
  reset(): void {
    this.waiting = [];
    this.drawn.clear();
  }

  /** The row whose rows are forgotten at this moment; undefined also where there are several. */
  get forgotten(): string | undefined {
    const [row, ...others] = this.drawn;
    return others.length === 0 ? row : undefined;
  }

  private next(): string | undefined {
    const row = this.waiting.shift();
    if (row !== undefined) this.drawn.add(row);
    return row;
  }
}
