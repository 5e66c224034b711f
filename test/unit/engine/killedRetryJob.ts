// The child of killedRetry.test.ts: a job whose bad records are tried again until it is done or killed. With `good` its
// table takes what it did not take before.
import path from 'node:path';
import type { JobSpec } from '../../../server/engine/engine';
import { systemClock } from '../../../server/jobs/systemClock';
import { folderEngine, unheard } from '../../folderEngine';
import { planScript } from './planScript';

export const letters = 3000;

const script = (lenient: boolean): string => `
  CREATE TABLE src (id BIGINT, n BIGINT) WITH ('connector' = 'file', 'path' = 'in.json', 'format' = 'json',
    'json.ignore-parse-errors' = '${lenient}');
  CREATE TABLE dst (id BIGINT, n BIGINT) WITH ('connector' = 'file', 'path' = 'out.json', 'format' = 'json');
  INSERT INTO dst SELECT id, n FROM src;`;

async function main(folder: string, lenient: boolean): Promise<void> {
  const engine = folderEngine(folder);
  const spec: JobSpec = {
    name: 'job',
    plan: planScript(script(lenient)),
    options: { onError: 'dead-letter', delivery: 'at-least-once', batchRecordsMax: 1000 },
    databasePath: path.join(folder, 'job.db'),
  };
  const pipeline = await engine.open(
    spec,
    {
      ...unheard,
      failed: (error) => process.stderr.write(`${error.message}\n`),
    },
    new AbortController().signal,
  );
  await pipeline.run(new AbortController().signal);
  while (pipeline.counters().recordsIn < letters) await systemClock.sleep(10);
  process.stdout.write('running\n');
  if (lenient) await pipeline.retryDeadLetters(undefined);
  process.stdout.write(`finished ${JSON.stringify(pipeline.counters())}\n`);
}

const [, , folder, mode] = process.argv;
if (folder !== undefined && process.argv[1]?.endsWith('killedRetryJob.ts') === true)
  main(folder, mode === 'good').then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
