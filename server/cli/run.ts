// `stream-jobs run`: runs a script and shows the jobs live.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostedServer } from '../jobs/hostedServer';
import { asStreamJobsError, connectToJobServer, type JobServerConnection } from '../protocol/connect';
import { StreamJobsError } from '../protocol/errors';
import type { JobSnapshot } from '../protocol/jobs';
import * as protocol from '../protocol/rpc';
import { showResult } from './exec';
import { jobTable } from './jobs';
import { tellProbations } from './probations';
import { stopSignal } from './signals';
import type { Terminal } from './terminal';
import { dataDirectory, dataDirHelp, duration, parse, UsageError, type Command } from './usage';

/** How long a server that has begun may take until it serves. */
const attachAttempts = 20;
const attachIntervalMs = 250;

export const run: Command = {
  summary: 'run a script, then show its jobs live',
  help: [
    'Usage: stream-jobs run FILE [--data-dir D] [--for 10s] [--json]',
    '',
    'Runs the script in order against the server of the data directory, starting one when none runs, then shows the',
    'jobs live until Ctrl-C or --for. A server it started ends with it: its jobs checkpoint and come back as they',
    'were. With --json each line is an object: {"result": ...} for a statement, {"jobs": [...]} for a change.',
    '',
    dataDirHelp,
  ].join('\n'),
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      'data-dir': { type: 'string' },
      for: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const [file, more] = positionals;
    if (file === undefined || more !== undefined) throw new UsageError('run takes one file.');
    const showMs = values.for === undefined ? undefined : duration('--for', values.for);
    const sql = await readScript(file);
    const stop = stopSignal();
    const dataDir = dataDirectory(values['data-dir']);
    const { connection, hosted } = await connectOrHost(dataDir, terminal);
    try {
      const ok = await runScript(connection, sql, values.json, terminal);
      if (!ok) return 1;
      await showLive(connection, { showMs, stopped: stop.wanted, json: values.json, terminal });
      return 0;
    } catch (error) {
      throw asStreamJobsError(error);
    } finally {
      stop.dispose();
      connection.rpc.dispose();
      await hosted?.close();
    }
  },
};

/** Reads a script. @throws UsageError when it cannot be read, StreamJobsError SYNTAX when it is not UTF-8 */
async function readScript(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new StreamJobsError('SYNTAX', `${file} is not UTF-8.`, {
      hint: 'Save it with the encoding UTF-8.',
    });
  }
}

/** Attaches to the server of the data directory, or hosts one in this process. */
async function connectOrHost(
  dataDir: string,
  terminal: Terminal,
): Promise<{ connection: JobServerConnection; hosted?: HostedServer }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { connection: await connectToJobServer(dataDir, 'cli') };
    } catch (error) {
      if (asStreamJobsError(error).code !== 'SERVER_NOT_RUNNING') throw error;
    }
    try {
      const hosted = await host(dataDir, terminal);
      return { connection: await connectToJobServer(dataDir, 'cli'), hosted };
    } catch (error) {
      // Another one was faster, and serves within moments.
      if (asStreamJobsError(error).code !== 'SERVER_RUNNING' || attempt === attachAttempts) throw error;
    }
    await sleep(attachIntervalMs);
  }
}

async function host(dataDir: string, terminal: Terminal): Promise<HostedServer> {
  const { hostServer } = await import('../jobs/hostedServer');
  return hostServer({
    dataDir,
    baseDir: process.cwd(),
    log: ({ level, message }) => {
      if (level !== 'info') terminal.note(`${level}: ${message}`);
    },
  });
}

async function runScript(
  { rpc }: JobServerConnection,
  sql: string,
  json: boolean,
  terminal: Terminal,
): Promise<boolean> {
  tellProbations(rpc, terminal);
  const { results } = await rpc.sendRequest(protocol.execute, { sql, by: 'cli' });
  for (const result of results) {
    if (json) terminal.print(JSON.stringify({ result }));
    else showResult(result, terminal);
  }
  return results.every((result) => result.ok);
}

interface Live {
  showMs: number | undefined;
  stopped: Promise<void>;
  json: boolean;
  terminal: Terminal;
}

/** Shows the jobs at each change until the time is over, a signal, or the server leaves. */
async function showLive(
  { rpc }: JobServerConnection,
  { showMs, stopped, json, terminal }: Live,
): Promise<void> {
  const known = new Map<string, JobSnapshot>();
  const show = (changed: JobSnapshot[]) => {
    if (json) terminal.print(JSON.stringify({ jobs: changed }));
    else if (terminal.interactive) terminal.draw(jobTable([...known.values()], Date.now()));
    else for (const line of jobTable(changed, Date.now()).slice(1)) terminal.print(line);
  };
  const update = (changed: JobSnapshot[]) => {
    for (const job of changed) known.set(job.name, job);
    show(changed);
  };
  rpc.onNotification(protocol.jobsChanged, ({ jobs, removed }) => {
    for (const name of removed) known.delete(name);
    update(jobs);
  });
  rpc.onNotification(protocol.printRows, ({ lines }) => {
    if (!json) for (const line of lines) terminal.print(line);
  });
  update(await rpc.sendRequest(protocol.listJobs, {}));
  const left = new Promise<void>((resolve) => rpc.onClose(resolve));
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    if (showMs !== undefined) timer = setTimeout(resolve, showMs);
  });
  await Promise.race([stopped, left, over]);
  clearTimeout(timer);
}
