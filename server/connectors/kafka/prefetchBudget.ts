// What all sources of the process hold of records that nobody has taken yet: many jobs share it, a few have plenty.

const budgetBytes = 64 * 1024 * 1024;
/** More than a few micro-batches is of no use; less than a fetch would make reading stutter. */
const shareBytesMax = 8 * 1024 * 1024;
const shareBytesMin = 512 * 1024;

export class PrefetchBudget {
  private readonly holders = new Set<object>();
  private bytes = budgetBytes;

  /** Undefined: as much as is of use. */
  limitTo(bytes: number | undefined): void {
    this.bytes = Math.min(budgetBytes, bytes ?? budgetBytes);
  }

  join(holder: object): void {
    this.holders.add(holder);
  }
  leave(holder: object): void {
    this.holders.delete(holder);
  }

  /** How many bytes each holder may have at the moment. */
  get shareBytes(): number {
    const share = this.bytes / Math.max(1, this.holders.size);
    return Math.min(shareBytesMax, Math.max(shareBytesMin, share));
  }
}

/** The process's own. */
export const prefetchBudget = new PrefetchBudget();
