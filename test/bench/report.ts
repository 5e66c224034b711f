// How benchmarks report: named figures, medians and percentiles, a table at the end, JSON for a machine.
import { cpus, totalmem } from 'node:os';

export interface Figure {
  what: string;
  value: string;
  /** Beside it, from the same run: `0.52 of raw kafkajs`. */
  beside?: string;
}

/** The value below which the share `p` (0 to 1) of the samples lies. */
export function percentile(samples: number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export function latencies(samples: number[]): string {
  const [p50, p99, max] = [percentile(samples, 0.5), percentile(samples, 0.99), Math.max(...samples)];
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms (n=${samples.length})`;
}

export function thousands(perSecond: number): string {
  return `${(perSecond / 1000).toFixed(0)} k/s`;
}

export function machine(): string {
  const [cpu] = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} x ${cpu?.model.trim() ?? 'unknown CPU'}, ${gib} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

export function printFigures(title: string, figures: Figure[]): void {
  console.log(`\n${title}`);
  const width = Math.max(...figures.map(({ what }) => what.length));
  for (const { what, value, beside } of figures) {
    console.log(`  ${what.padEnd(width)}  ${value}${beside === undefined ? '' : `  (${beside})`}`);
  }
}
