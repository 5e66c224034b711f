// The store on a real disk: what was written is there again, in one piece, for one server at a time.
import { fork } from 'node:child_process';
import { appendFile, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobDatabase, openDataDirectory } from '../../../server/jobs/dataDirectory';
import { DuckDBStore } from '../../../server/jobs/duckdbStore';
import type { JobRecord, PauseRecord, StoreChange } from '../../../server/jobs/store';

let directory = '';
let opened: DuckDBStore[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-store-'));
});
afterEach(async () => {
  for (const store of opened) await store.close();
  opened = [];
  await rm(directory, { recursive: true, force: true });
});

async function open(): Promise<DuckDBStore> {
  const store = await DuckDBStore.open(directory);
  opened.push(store);
  return store;
}

function job(name: string, change: Partial<JobRecord> = {}): StoreChange {
  const record: JobRecord = {
    name,
    version: '1',
    statement: "START JOB `it's` AS SELECT 'ü' FROM t",
    settings: { a: 'b' },
    startedAt: 1,
    desired: 'running',
    pauses: 0,
    resumes: 0,
    ...change,
  };
  return { kind: 'job', record };
}

function pause(name: string, number: number, keepFrom = 0): StoreChange & { pause: PauseRecord } {
  const event = { pausedAt: `2026-01-01T00:00:0${number}.000Z`, by: 'ada', lagAtPause: null, offsets: [] };
  return { kind: 'pause', job: name, pause: { number, event }, keepFrom };
}

describe('the store', () => {
  it('gives back what was written, after close and open', async () => {
    const store = await open();
    expect(await store.load()).toEqual({ jobs: [], relations: [] });
    await store.write([job('orders'), pause('orders', 1)]);
    await store.write([
      job('orders', { desired: 'paused', pauses: 3 }),
      pause('orders', 2),
      pause('orders', 3),
    ]);
    await store.write([job('gone'), pause('gone', 1)]);
    await store.write([{ kind: 'dropJob', name: 'gone' }]);
    const relation = (name: string) => ({ name, statement: `CREATE TABLE ${name}`, settings: {} });
    for (const name of ['b', 'a', 'c']) await store.write([{ kind: 'relation', record: relation(name) }]);
    await store.write([{ kind: 'dropRelation', name: 'a' }]);
    await store.close();
    const contents = await (await open()).load();
    expect(contents.jobs).toHaveLength(1);
    expect(contents.jobs[0]?.record).toMatchObject({
      name: 'orders',
      desired: 'paused',
      settings: { a: 'b' },
    });
    expect(contents.jobs[0]?.pauses.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(contents.relations.map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('keeps some more pauses than it has to, and no others', async () => {
    const store = await open();
    await store.write([job('orders'), job('other'), pause('other', 1)]);
    for (let number = 1; number <= 60; number++)
      await store.write([job('orders'), pause('orders', number, number - 9)]);
    const [orders, other] = (await store.load()).jobs;
    const numbers = orders?.pauses.map((kept) => kept.number) ?? [];
    expect(numbers.slice(-10)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
    expect(numbers.length).toBeLessThan(30);
    expect(other?.pauses).toHaveLength(1);
  });

  it('has each job and each pause once, whatever was written before it was opened and after a write that failed', async () => {
    const store = await open();
    await store.write([job('orders'), pause('orders', 1)]);
    await store.close();
    const again = await open();
    const closed = pause('orders', 1);
    closed.pause.event.resumedAt = '2026-01-01T00:01:00.000Z';
    await again.write([job('orders', { resumes: 1 }), closed]);
    const unwritable = { kind: 'job', record: { name: 'bad\0name' } } as unknown as StoreChange;
    await expect(again.write([job('new'), unwritable])).rejects.toMatchObject({ code: 'STORAGE' });
    await again.write([job('new'), pause('new', 1), pause('orders', 2)]);
    const { jobs } = await again.load();
    expect(jobs.map(({ record, pauses }) => [record.name, record.resumes, pauses.length])).toEqual([
      ['new', 0, 1],
      ['orders', 1, 2],
    ]);
    expect(jobs[1]?.pauses[0]?.event.resumedAt).toBe('2026-01-01T00:01:00.000Z');
  });

  it('keeps the order of writes that come together', async () => {
    const store = await open();
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.write([job('orders', { pauses: i })])));
    expect((await store.load()).jobs[0]?.record.pauses).toBe(49);
  });

  it('makes what comes while it writes durable together: a hundred jobs that are paused at once wait for two writes', async () => {
    const store = await open();
    const run = vi.spyOn(DuckDBConnection.prototype, 'run');
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => store.write([job(`job_${i}`), pause(`job_${i}`, 1)])),
    );
    const commits = run.mock.calls.filter(([sql]) => sql.endsWith('COMMIT'));
    run.mockRestore();
    expect(commits).toHaveLength(2);
    const { jobs } = await store.load();
    expect(jobs.filter(({ pauses }) => pauses.length === 1)).toHaveLength(100);
  });

  it('has each answered write after kill -9', async () => {
    const child = fork(path.join(__dirname, 'storeChild.ts'), [directory], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let answered = 0;
    child.on('message', (count: number) => {
      answered = count;
      if (count >= 20) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    const contents = await (await open()).load();
    expect(answered).toBeGreaterThanOrEqual(20);
    expect(contents.jobs[0]?.record.pauses).toBeGreaterThanOrEqual(answered);
  });

  it('refuses a second server, of this process and of another, by its process id', async () => {
    await open();
    await expect(DuckDBStore.open(directory)).rejects.toMatchObject({
      code: 'SERVER_RUNNING',
      message: `A stream job server (process ${process.pid}) already runs on ${directory}.`,
    });
    const child = fork(path.join(__dirname, 'storeChild.ts'), [directory], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [message] = (await once(child, 'message')) as [unknown];
    expect(message).toBe(`A stream job server (process ${process.pid}) already runs on ${directory}.`);
    await once(child, 'exit');
  });

  it('says so when its file is damaged, and does not start anew', async () => {
    const store = await open();
    await store.write([job('orders')]);
    await store.close();
    const file = path.join(directory, 'server.db');
    await truncate(file, 5000);
    await expect(open()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    await writeFile(file, 'no database');
    await expect(open()).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    expect(await readdir(directory)).toContain('server.db');
  });

  it('reads on after a torn write at the end of its log', async () => {
    const store = await open();
    await store.write([job('orders')]);
    await store.close();
    await appendFile(path.join(directory, 'server.db.wal'), Buffer.alloc(7));
    expect((await (await open()).load()).jobs).toHaveLength(1);
  });

  it('says so when the directory cannot be made', async () => {
    const file = path.join(directory, 'file');
    await writeFile(file, '');
    await expect(openDataDirectory(path.join(file, 'data'))).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('has a file of its own for each job, on every file system', () => {
    const names = ['orders', 'Orders', 'con', 'größe', 'a.b', 'x'.repeat(100), 'x'.repeat(99)];
    const files = names.map((name) => path.basename(jobDatabase('data', name)));
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
    for (const file of files) expect(file).toMatch(/^[\w.-]{1,80}-[0-9a-f]{8}\.db$/);
  });
});
