// Each file of queries/ is a script, a line of dashes, records (`table: value`, `table/partition: value`), a line of
// dashes, and the rows expected (of several sinks: `sink: row`). Every query runs straight through and again with
// pauses and restarts: the same rows.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeWorld } from './fakes';
import { runThrough, runWithStops, TestJob } from './harness';
import { planScript } from './planScript';

const folder = path.join(__dirname, 'queries');
const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql')))
  describe(file.replace('.sql', ''), () => {
    for (const [name, run] of [
      ['straight through', runThrough],
      ['with pauses and restarts', runWithStops],
    ] as const)
      it(name, async () => {
        const [script = '', records = '', expected = ''] = readFileSync(
          path.join(folder, file),
          'utf8',
        ).split(/^-{4,}\n/m);
        const world = new FakeWorld();
        for (const line of lines(records)) {
          const [, table = '', partition = '0', value = ''] = /^(\w+)(?:\/(\d+))?: (.*)$/.exec(line) ?? [];
          const log = world.logs.get(table) ?? world.log(table);
          while (log.partitions.length <= Number(partition)) log.partitions.push([]);
          log.append(Number(partition), value === '<null>' ? null : value);
        }
        const job = new TestJob(world, planScript(script));
        jobs.push(job);
        await run(job);
        expect(outcome(job)).toEqual(lines(expected));
      });
  });

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Rows, then what was not made into rows. */
function outcome(job: TestJob): string[] {
  const sinks = job.spec.plan.sinks.map(({ table }) => table.name);
  const rows = sinks.flatMap((name) => {
    const table = job.world.table(name);
    return table.rows.map((row, i) => {
      const key = table.keys[i];
      const text = key === undefined ? (row ?? '<null>') : `[${key}] ${row ?? '<null>'}`;
      return sinks.length > 1 ? `${name}: ${text}` : text;
    });
  });
  const { recordsFailed = 0, recordsLate = 0 } = job.pipeline?.counters() ?? {};
  if (recordsFailed > 0) rows.push(`failed: ${recordsFailed}`);
  if (recordsLate > 0) rows.push(`late: ${recordsLate}`);
  return rows;
}
