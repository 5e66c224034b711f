// The cache is bounded and keeps what is used.
import { expect, it } from 'vitest';
import { RecentlyUsed } from '../../../server/syntax/cache';

it('forgets what was not used for long, and keeps what is', () => {
  const made: string[] = [];
  const cache = new RecentlyUsed<string, string>(10);
  const get = (key: string) =>
    cache.get(key, () => {
      made.push(key);
      return key;
    });
  get('used');
  get('unused');
  for (let index = 0; index < 100; index += 1) {
    get(`other ${index}`);
    get('used');
  }
  get('unused');
  expect(made.filter((key) => key === 'used')).toHaveLength(1);
  expect(made.filter((key) => key === 'unused')).toHaveLength(2);
});
