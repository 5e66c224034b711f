// A job's database at its end: whoever comes too late is told, and nothing goes unheard.
import { expect, it } from 'vitest';
import { Database } from '../../../server/engine/database';

it('a query that comes when the database closes is refused, and nothing is left unheard', async () => {
  const database = await Database.open(undefined);
  const running = database.run('SELECT 1');
  running.catch(() => undefined);
  const closing = database.close();
  await expect(database.run('SELECT 2')).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(database.beside.run('SELECT 3')).rejects.toMatchObject({ code: 'CANCELLED' });
  // Closing may interrupt it.
  await Promise.allSettled([running]);
  await closing;
  await expect(database.run('SELECT 4')).rejects.toMatchObject({ code: 'CANCELLED' });
  // What nobody awaits would reject by now, and end the process.
  await new Promise((resolve) => setTimeout(resolve, 50));
});
