// The trace that server processes of a crash site leave in a file, one after the other.
import { readFileSync } from 'node:fs';
import type { TraceLine } from './points';

/** The last line may be cut short by a kill. */
export function readTrace(file: string): TraceLine[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as TraceLine);
}
