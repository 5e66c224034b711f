// The data directory and the socket are their owner's alone: another user of the machine reaches neither.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makePrivate, prepareSocketPath } from '../../../server/jobs/socketPath';
import { ServedProcess } from './servedProcess';

const nobody = 65534;
/** A user without an entry among the system's users, as containers have. */
const nameless = 54321;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const cli = path.join(__dirname, '../../../dist/cli.js');
/** Whether another user can run what is built here. */
const reachable =
  isRoot &&
  spawnSync(process.execPath, [cli, '--version'], { uid: nameless, gid: nameless, cwd: '/' }).status === 0;
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'permissions-'));
  folders.push(made);
  // As a home directory often is: others may enter it.
  await chmod(made, 0o755);
  return made;
}

async function filesIn(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return [root, ...names.map((name) => path.join(root, name))];
}

/** Runs JavaScript as another user of the machine; what it prints. */
async function asUser(uid: number, script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['-e', script, ...args], { uid, gid: uid, cwd: '/', env: {} });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return output.trim();
}

const sql = `
  CREATE TABLE made (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
  CREATE TABLE shown (id BIGINT) WITH ('connector' = 'print');
  START JOB orders AS INSERT INTO shown SELECT id FROM made;
  PAUSE JOB orders`;

describe.skipIf(process.platform === 'win32')('what the server keeps', () => {
  it.skipIf(!isRoot)('another user can neither read any of it nor connect', async () => {
    const server = await ServedProcess.start(sql);
    try {
      await chmod(server.place.folder, 0o755);
      const files = await filesIn(server.place.dataDir);
      for (const wanted of ['server.db', 'server.json', 'server.pid', 'server.sock', 'jobs', 'print'])
        expect(files.map((file) => path.basename(file))).toContain(wanted);
      const reading = `
        const fs = require('node:fs'), net = require('node:net');
        for (const file of process.argv.slice(1)) {
          try { fs.statSync(file).isDirectory() ? fs.readdirSync(file) : fs.readFileSync(file); console.log('read ' + file); }
          catch (error) { if (error.code !== 'EACCES') console.log(error.code + ' ' + file); }
        }`;
      expect(await asUser(nobody, reading, ...files)).toBe('');
      const connecting = `require('node:net').connect(process.argv[1]).on('connect', () => { console.log('connected'); process.exit(); })
        .on('error', (error) => console.log(error.code))`;
      expect(await asUser(nobody, connecting, server.socketPath)).toBe('EACCES');
      expect((await lstat(server.socketPath)).mode & 0o777).toBe(0o600);
      expect((await lstat(server.place.dataDir)).mode & 0o777).toBe(0o700);
      // Even in a folder that someone opens later, the files say for whom they are.
      for (const file of files) expect([file, (await lstat(file)).mode & 0o077]).toEqual([file, 0]);
    } finally {
      await server.dispose();
    }
  });

  it("files that a job was told to write are as the person's others", async () => {
    const server = await ServedProcess.start(`
      CREATE TABLE made (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
      CREATE TABLE out (id BIGINT) WITH ('connector' = 'file', 'path' = 'out.ndjson', 'format' = 'json');
      START JOB orders AS INSERT INTO out SELECT id FROM made`);
    try {
      const mask = process.umask(0o022);
      process.umask(mask);
      expect((await lstat(server.place.file('out.ndjson'))).mode & 0o777).toBe(0o666 & ~mask);
    } finally {
      await server.dispose();
    }
  });

  it('a folder that was open to others is closed to them', async () => {
    const open = path.join(await folder(), 'data');
    await mkdir(open, { mode: 0o777 });
    await chmod(open, 0o777);
    await makePrivate(open);
    expect((await lstat(open)).mode & 0o777).toBe(0o700);
  });

  it('a link in place of the folder is refused: someone else may have put it there', async () => {
    const place = await folder();
    await mkdir(path.join(place, 'theirs'));
    await symlink(path.join(place, 'theirs'), path.join(place, 'data'));
    await expect(makePrivate(path.join(place, 'data'))).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it.skipIf(!isRoot)('a folder of someone else is refused', async () => {
    const theirs = path.join(await folder(), 'data');
    await mkdir(theirs);
    await chown(theirs, nobody, nobody);
    await expect(makePrivate(theirs)).rejects.toMatchObject({
      code: 'STORAGE',
      message: `${theirs} belongs to someone else.`,
    });
  });
});

describe.skipIf(process.platform === 'win32')('the socket of a data directory with a long path', () => {
  const long = (place: string): string => path.join(place, 'long'.repeat(30));

  it('is in a folder of the temporary one that only its owner can enter', async () => {
    const socket = await prepareSocketPath(long(await folder()));
    const { mode, uid } = await lstat(path.dirname(socket));
    expect([mode & 0o777, uid]).toEqual([0o700, process.getuid?.()]);
  });

  it.skipIf(!isRoot)('is not put where someone else made that folder before', async () => {
    const before = process.env.TMPDIR;
    const temporary = await folder();
    process.env.TMPDIR = temporary;
    try {
      const mine = path.dirname(await prepareSocketPath(long(temporary)));
      await rm(mine, { recursive: true });
      await mkdir(mine, { mode: 0o777 });
      await chown(mine, nobody, nobody);
      await expect(prepareSocketPath(long(temporary))).rejects.toMatchObject({ code: 'STORAGE' });
      await rm(mine, { recursive: true });
      await symlink(temporary, mine);
      await expect(prepareSocketPath(long(temporary))).rejects.toMatchObject({ code: 'STORAGE' });
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  it.skipIf(!isRoot || !reachable)("does not need its owner to be among the system's users", async () => {
    const place = await folder();
    await chmod(place, 0o777);
    const child = spawn(process.execPath, [cli, 'serve', '--data-dir', long(place)], {
      uid: nameless,
      gid: nameless,
      cwd: place,
      env: { TMPDIR: place },
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toContain('is ready');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
