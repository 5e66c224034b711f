// What is loaded into a server process under test must not outgrow it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { blowVariable, type Blow } from './points';
import { preload, prepare } from './serverProcess';

let folder: string;
beforeAll(prepare);
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'stream-jobs-striker-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

it('a process that is struck in the middle of a write has one more thread, which loads nothing', async () => {
  const loads = path.join(folder, 'loads');
  const counter = script(
    'counter.cjs',
    `require('node:fs').appendFileSync(${JSON.stringify(loads)}, 'loaded\\n')`,
  );
  const renames = script(
    'renames.cjs',
    `setInterval(() => undefined, 1000);
     require('node:fs/promises').rename(${JSON.stringify(script('a', ''))}, ${JSON.stringify(path.join(folder, 'server.json'))});`,
  );
  const blow: Blow = { point: 'address told', moment: 'during', passage: 1, signal: 'SIGKILL', delayUs: 0 };
  const child = spawn(process.execPath, ['--require', preload, '--require', counter, renames], {
    env: { ...process.env, NODE_OPTIONS: '', [blowVariable]: JSON.stringify(blow) },
  });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(readFileSync(loads, 'utf8')).toBe('loaded\n');
});
