// The file that $STREAM_JOBS_CONNECTIONS names: values from the environment, and what is said when it cannot be used.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Connections, connectionsVariable } from '../../../server/jobs/connections';
import { systemClock } from '../../../server/jobs/systemClock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a server knows that was started with such a file and environment. */
async function read(text: string, env: Record<string, string> = {}): Promise<Connections> {
  const file = path.join(folder, 'connections.json');
  await writeFile(file, text);
  const connections = new Connections(systemClock);
  await connections.readFile({ ...env, [connectionsVariable]: file });
  return connections;
}

const prod = { brokers: ['b:9093'], sasl: { mechanism: 'plain', username: 'u', password: 'x-${PASSWORD}' } };

it('has secrets from the environment, whatever is in them', async () => {
  const secret = 'qu"o\\te\n${PASSWORD}';
  const connections = await read(JSON.stringify({ prod }), { PASSWORD: secret });
  expect(await connections.get('prod')).toEqual({
    ...prod,
    sasl: { ...prod.sasl, password: `x-${secret}` },
  });
});

it('says which variable is missing, and what to do', async () => {
  await expect(read(JSON.stringify({ prod }))).rejects.toMatchObject({
    code: 'CONNECTION_UNKNOWN',
    message: expect.stringMatching(/cannot be read: the environment variable PASSWORD is not set\.$/),
    hint: expect.stringContaining('environment'),
  });
});

it('never says a secret when the file is no JSON', async () => {
  const failure = await read('["${PASSWORD}",x]', { PASSWORD: 'geheim' }).catch(String);
  expect(failure).toContain('cannot be read');
  expect(failure).not.toContain('geheim');
});
