// The job store: one source of snapshots, what it tells its views, and when.
import { expect, it } from 'vitest';
import { JobStore, type JobsChange } from '../../../client/host/jobStore';
import { paused, snapshot } from './snapshots';

function watched(): { store: JobStore; seen: JobsChange[] } {
  const store = new JobStore();
  const seen: JobsChange[] = [];
  store.onChange((change) => seen.push(change));
  return { store, seen };
}

it('tells apart what cannot wait (a job came, went, changed its state) from numbers', () => {
  const { store, seen } = watched();
  store.replace([snapshot()]);
  store.update([snapshot({ lag: 7 })]);
  store.update([paused()]);
  store.update([], ['orders']);
  expect(seen).toEqual([
    { changed: ['orders'], removed: [], urgent: true },
    { changed: ['orders'], removed: [], urgent: false },
    { changed: ['orders'], removed: [], urgent: true },
    { changed: [], removed: ['orders'], urgent: true },
  ]);
});

it('is silent about snapshots that say nothing new', () => {
  const { store, seen } = watched();
  store.replace([snapshot()]);
  seen.length = 0;
  store.update([snapshot()]);
  store.update([], ['unknown']);
  expect(seen).toEqual([]);
});

it('drops what a full list no longer has, and sorts by name', () => {
  const { store, seen } = watched();
  store.replace([snapshot({ name: 'b' }), snapshot({ name: 'a' })]);
  expect(store.list().map(({ name }) => name)).toEqual(['a', 'b']);
  store.replace([snapshot({ name: 'b' })]);
  expect(seen.at(-1)?.removed).toEqual(['a']);
});

it('shows a request at once, and the truth when it has ended, however it ended', async () => {
  const { store } = watched();
  store.replace([snapshot()]);
  let fail = (_: Error): void => undefined;
  const request = new Promise<never>((_, reject) => (fail = reject));
  const shown = store.during('orders', 'pausing', request);
  expect(store.get('orders')?.state).toBe('pausing');
  expect(store.list()[0]?.state).toBe('pausing');
  fail(new Error('PAUSE_TIMEOUT'));
  await expect(shown).rejects.toThrow('PAUSE_TIMEOUT');
  expect(store.get('orders')?.state).toBe('running');
});

it('knows nothing once the server is gone, which is not the same as no jobs', () => {
  const { store, seen } = watched();
  expect(store.known).toBe(false);
  store.replace([]);
  expect(store.known).toBe(true);
  expect(seen).toHaveLength(1);
  store.update([snapshot()]);
  store.lost();
  expect([store.known, store.list()]).toEqual([false, []]);
  expect(seen.at(-1)).toEqual({ changed: [], removed: ['orders'], urgent: true });
});

it('keeps the last sixty lags that were known', () => {
  const { store } = watched();
  store.replace([]);
  for (let lag = 0; lag < 100; lag++) store.update([snapshot({ lag: lag % 10 === 0 ? null : lag })]);
  const lags = store.lagHistory('orders');
  expect([lags.length, lags[0], lags.at(-1)]).toEqual([60, 34, 99]);
});
