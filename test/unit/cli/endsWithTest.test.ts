// Servers that tests start end with them, also when a test's process is killed.
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workplace } from './process';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(() => place.dispose());

it('a server ends when the process that started it is gone', async () => {
  const { child } = await place.serve();
  // What is seen of the end of this process.
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
});
