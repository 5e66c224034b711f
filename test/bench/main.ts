// `npm run bench [-- section ...]`: measures, prints with the machine and the ratios, writes out/bench.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { machine, printFigures, type Figure } from './report';

process.env.UV_THREADPOOL_SIZE ??= '16';

/** Each section starts what it needs and stops it. */
const sections: Record<string, () => Promise<Figure[]>> = {
  pause: async () => (await import('./pause')).measurePause(),
  throughput: async () => (await import('./throughput')).measureThroughput(),
  fairness: async () => (await import('./fairness')).measureFairness(),
  memory: async () => (await import('./memory')).measureMemory(),
  language: async () => (await import('./language')).measureLanguage(),
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in sections));
  if (unknown.length > 0)
    throw new Error(`No section ${unknown.join(', ')}: ${Object.keys(sections).join(', ')}`);
  console.log(machine());
  const report: Record<string, Figure[]> = {};
  for (const [name, measure] of Object.entries(sections)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const figures = await measure();
    report[name] = figures;
    printFigures(name, figures);
  }
  mkdirSync('out', { recursive: true });
  writeFileSync('out/bench.json', JSON.stringify({ machine: machine(), report }, null, 2));
}

void main().then(() => process.exit(0));
