// Writes to the store of a directory until it is killed, telling how many writes were answered.
import { DuckDBStore } from '../../../server/jobs/duckdbStore';

async function main(directory: string): Promise<void> {
  const store = await DuckDBStore.open(directory);
  for (let pauses = 1; ; pauses++) {
    const record = { name: 'orders', version: '1', statement: '', settings: {}, startedAt: 1, resumes: 0 };
    await store.write([{ kind: 'job', record: { ...record, desired: 'running', pauses } }]);
    process.send?.(pauses);
  }
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.send?.(error instanceof Error ? error.message : String(error));
});
