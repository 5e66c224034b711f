// The child of killed.test.ts: a job between real connectors that runs until it is finished or killed.
import path from 'node:path';
import { folderEngine, unheard } from '../../folderEngine';
import { planScript } from './planScript';

export const rows = 60_000;
/** Width of a window in the milliseconds the row numbers stand for. */
export const windowMs = 1000;

export const script = `
  CREATE TABLE src (id BIGINT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts)
    WITH ('connector' = 'datagen', 'number-of-rows' = '${rows}', 'partitions' = '2', 'rows-per-second' = '100000000',
          'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '${rows - 1}');
  CREATE TABLE ids (id BIGINT) WITH ('connector' = 'file', 'path' = 'ids.json', 'format' = 'json');
  CREATE TABLE counts (start TIMESTAMP_LTZ(3), n BIGINT, s BIGINT) WITH ('connector' = 'file', 'path' = 'counts.json', 'format' = 'json');
  EXECUTE STATEMENT SET BEGIN
    INSERT INTO ids SELECT id FROM src;
    INSERT INTO counts SELECT window_start, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' SECOND))
      GROUP BY window_start, window_end;
  END;`;

async function main(folder: string): Promise<void> {
  const engine = folderEngine(folder);
  const spec = {
    name: 'job',
    plan: planScript(script),
    options: { onError: 'fail', delivery: 'exactly-once', batchRecordsMax: 300 } as const,
    databasePath: path.join(folder, 'job.db'),
  };
  const end = new Promise<void>((resolve, reject) => {
    engine
      .open(
        spec,
        {
          ...unheard,
          finished: resolve,
          failed: reject,
        },
        new AbortController().signal,
      )
      .then(async (pipeline) => {
        process.stdout.write('running\n');
        await pipeline.run(new AbortController().signal);
      })
      .catch(reject);
  });
  await end;
  process.stdout.write('finished\n');
}

const [, , folder] = process.argv;
if (folder !== undefined && process.argv[1]?.endsWith('killedJob.ts') === true)
  main(folder).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
