// Data directories full of paused jobs, as a server leaves them, without having run each of them.
import { openDataDirectory } from '../../server/jobs/dataDirectory';
import type { JobRecord, StoreChange } from '../../server/jobs/store';
import { emptyCounters } from '../../server/engine/engine';
import { kafkaTableSql } from './jobTables';

const pausedAt = Date.UTC(2026, 0, 1);

/** Writes `count` jobs that read the topics in turn and stand at their beginning. */
export async function writePausedJobs(
  dataDir: string,
  count: number,
  topics: readonly string[],
  address: string,
): Promise<void> {
  const store = await openDataDirectory(dataDir);
  const relations = topics.map((topic, i) => ({
    name: `src_${i}`,
    statement: kafkaTableSql(`src_${i}`, 'id BIGINT', topic, address).trim().replace(/;$/, ''),
  }));
  const sink = { name: 'snk', statement: "CREATE TABLE snk (id BIGINT) WITH ('connector' = 'blackhole')" };
  await store.write(
    [...relations, sink].map((relation) => ({ kind: 'relation', record: { ...relation, settings: {} } })),
  );
  await store.write(Array.from({ length: count }, (_, i) => pausedJob(i, `src_${i % topics.length}`)).flat());
  await store.close();
}

function pausedJob(i: number, source: string): StoreChange[] {
  const name = `job_${i}`;
  const record: JobRecord = {
    name,
    version: '1',
    statement: `START JOB ${name} AS INSERT INTO snk SELECT id FROM ${source} WHERE id > ${i}`,
    settings: {},
    startedAt: pausedAt,
    desired: 'paused',
    pauseRequest: { at: pausedAt, by: 'test' },
    checkpoint: { positions: [[source, 0, '0']], counters: emptyCounters() },
    pauses: 1,
    resumes: 0,
  };
  const event = { pausedAt: new Date(pausedAt).toISOString(), by: 'test', lagAtPause: 0, offsets: [] };
  return [
    { kind: 'job', record },
    { kind: 'pause', job: name, pause: { number: 1, event }, keepFrom: 1 },
  ];
}
