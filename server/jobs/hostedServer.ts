// A job server with everything around it: engine, connectors, socket, metrics. Used by the extension's server
// process and by the command line.
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readJobOptions } from '../analysis/options/jobs';
import { allConnectors } from '../connectors/connectors';
import { createEngine } from '../engine/createEngine';
import { addressFile, protocolVersion, type ServerAddress } from '../protocol/rpc';
import { version } from '../../package.json';
import { Connections } from './connections';
import { jobDirectory } from './dataDirectory';
import { limitMemory, memoryVariable, parseMemory } from './memoryLimit';
import { serveMetrics, type MetricsServer } from './metricsServer';
import { serveRpc, type RpcServer } from './rpcServer';
import { makePrivate, prepareSocketPath } from './socketPath';
import { StreamJobServer } from './streamJobServer';
import { systemClock } from './systemClock';

export interface LogEntry {
  at: string;
  level: 'info' | 'warn' | 'error';
  message: string;
}

export interface HostOptions {
  dataDir: string;
  /** Relative paths in file tables stand for this folder. */
  baseDir: string;
  /** Bytes it may take; else `$STREAM_JOBS_MEMORY` says. */
  memoryBytes?: number;
  /** What `'pause.warm-time'` is where a job does not say: `30 min`, 0 = every pause is cold at once. */
  pauseWarmTime?: string;
  /** Serve Prometheus metrics on this loopback port; 0 takes a free one. */
  metricsPort?: number;
  log(entry: LogEntry): void;
  /** Called with the number of clients each time one comes or leaves. */
  onClients?(count: number): void;
}

export interface HostedServer {
  jobs: StreamJobServer;
  connections: Connections;
  metricsUrl?: string;
  /** Checkpoints all jobs and lets go of the data directory. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the job server of a data directory and its socket.
 * @throws StreamJobsError SERVER_RUNNING when another server holds the directory, STATE_CORRUPT, STORAGE, BAD_OPTION
 */
export async function hostServer(options: HostOptions): Promise<HostedServer> {
  const { dataDir, baseDir, pauseWarmTime } = options;
  const defaults: Record<string, string> =
    pauseWarmTime === undefined ? {} : { 'pause.warm-time': pauseWarmTime };
  // Refused here, once, and not by each job.
  readJobOptions(defaults);
  const inEnvironment = process.env[memoryVariable];
  limitMemory(options.memoryBytes ?? (inEnvironment === undefined ? undefined : parseMemory(inEnvironment)));
  // DuckDB makes its files itself, again and again: none is for others to read.
  const fileMode = 0o666 & ~process.umask(0o077);
  await makePrivate(dataDir);
  const clients: { rpc?: RpcServer } = {};
  const log = (level: LogEntry['level'], message: string) => {
    const entry = { at: new Date().toISOString(), level, message };
    options.log(entry);
    clients.rpc?.log(entry);
  };
  const connections = new Connections(systemClock);
  await connections.readFile(process.env);
  const engine = createEngine({
    connectors: allConnectors,
    clock: systemClock,
    context: (jobName) => ({
      clock: systemClock,
      jobName,
      baseDir,
      fileMode,
      jobDir: jobDirectory(dataDir, jobName),
      connection: (name) => connections.get(name),
      print: (lines) => clients.rpc?.print({ job: jobName, lines }),
      log,
    }),
  });
  const jobs = await StreamJobServer.open({ dataDir, engine, clock: systemClock, defaults, log });
  const opened: { close(): Promise<void> }[] = [jobs];
  try {
    const socketPath = await prepareSocketPath(dataDir);
    if (process.platform !== 'win32') await rm(socketPath, { force: true });
    const rpc = await serveRpc(jobs, {
      socketPath,
      dataDir,
      serverVersion: version,
      onClients: (count) => options.onClients?.(count),
    });
    opened.unshift(rpc);
    clients.rpc = rpc;
    if (process.platform !== 'win32') await chmod(socketPath, 0o600);
    let metrics: MetricsServer | undefined;
    if (options.metricsPort !== undefined) {
      metrics = await serveMetrics(jobs, options.metricsPort);
      opened.unshift(metrics);
    }
    await writeAddress(dataDir, { socket: socketPath, pid: process.pid, protocolVersion });
    let closing: Promise<void> | undefined;
    return {
      jobs,
      connections,
      ...(metrics === undefined ? {} : { metricsUrl: metrics.url }),
      close: () => (closing ??= closeAll(opened, dataDir)),
    };
  } catch (error) {
    await closeAll(opened, dataDir);
    throw error;
  }
}

/** Closes the doors first, then the jobs; the address goes first of all, so that nobody comes meanwhile. */
async function closeAll(opened: { close(): Promise<void> }[], dataDir: string): Promise<void> {
  await rm(path.join(dataDir, addressFile), { force: true });
  for (const part of opened) await part.close();
}

/** Writes the address in one step: a reader finds the old one or the new one, never half. */
async function writeAddress(dataDir: string, address: ServerAddress): Promise<void> {
  const file = path.join(dataDir, addressFile);
  await writeFile(`${file}.new`, JSON.stringify(address), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
