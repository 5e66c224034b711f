// What happened in a soak, in order: kept in a file, counted by kind, with everything that must not have happened.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export class EventLog {
  /** How often each kind of action was done. */
  readonly counts = new Map<string, number>();
  /** What must not have happened. */
  readonly problems: string[] = [];
  private readonly started = performance.now();
  private readonly file: string;

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'events.log');
    writeFileSync(this.file, '');
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  note(what: string): void {
    appendFileSync(this.file, `${this.seconds.toFixed(3).padStart(9)} ${what}\n`);
  }

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  problem(what: string): void {
    this.problems.push(what);
    this.note(`PROBLEM ${what}`);
    console.log(`PROBLEM at ${this.seconds.toFixed(1)} s: ${what}`);
  }
}
