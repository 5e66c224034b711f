// The job servers that VS Code windows started, found by the files they leave in the windows' user data.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { connectToJobServer } from '../../server/protocol/connect';
import type { JobSnapshot } from '../../server/protocol/jobs';
import { addressFile, listJobs, type ServerAddress } from '../../server/protocol/rpc';

/** How often what is not there yet is looked for, in ms. */
const lookAgainMs = 200;
/** Longest wait for a server to checkpoint its jobs and end, in ms. */
const endMs = 10_000;

export interface FoundServer {
  dataDir: string;
  pid: number;
}

/** The servers that run for the workspaces of a user data folder. */
export async function findServers(userDataDir: string): Promise<FoundServer[]> {
  const storage = path.join(userDataDir, 'User/workspaceStorage');
  const workspaces = await readdir(storage).catch(() => []);
  const servers = workspaces.map(async (name) => {
    const dataDir = path.join(storage, name, 'stream-jobs.stream-jobs/jobs');
    try {
      const address = JSON.parse(await readFile(path.join(dataDir, addressFile), 'utf8')) as ServerAddress;
      return isAlive(address.pid) ? { dataDir, pid: address.pid } : undefined;
    } catch {
      return undefined; // No server, or one that is just ending.
    }
  });
  return (await Promise.all(servers)).filter((server) => server !== undefined);
}

/** A server's jobs, asked for once. @throws StreamJobsError when it cannot be reached */
export async function jobsOf({ dataDir }: FoundServer): Promise<JobSnapshot[]> {
  const { rpc } = await connectToJobServer(dataDir, 'npm start');
  try {
    return await rpc.sendRequest(listJobs, {});
  } finally {
    rpc.end();
    rpc.dispose();
  }
}

/** Waits until some job has processed records; undefined when `signal` aborts first. */
export async function firstLiveJob(
  userDataDir: string,
  signal: AbortSignal,
): Promise<JobSnapshot | undefined> {
  while (!signal.aborted) {
    const jobs = await Promise.all(
      (await findServers(userDataDir)).map((server) => jobsOf(server).catch(() => [])),
    );
    const live = jobs.flat().find((job) => job.state === 'running' && job.recordsIn > 0);
    if (live) return live;
    await after(lookAgainMs);
  }
  return undefined;
}

/** Ends the servers of a user data folder, which otherwise wait some time for their window to come back. */
export async function endServers(userDataDir: string): Promise<void> {
  const servers = await findServers(userDataDir);
  for (const { pid } of servers) process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + endMs;
  while (servers.some(({ pid }) => isAlive(pid))) {
    if (Date.now() > deadline) {
      for (const { pid } of servers.filter((server) => isAlive(server.pid))) process.kill(pid, 'SIGKILL');
      return;
    }
    await after(lookAgainMs);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
