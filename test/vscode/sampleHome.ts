// A folder with all that a VS Code on the sample needs: settings, a copy of the sample, jobs. Removed at the end.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { root } from './paths';

export interface SampleHome {
  /** Holds the other two. */
  folder: string;
  /** The copy of the sample. */
  workspace: string;
  userDataDir: string;
}

/** Makes one, in the system's temporary folder: paths of sockets must be short. */
export async function makeSampleHome(sample = 'datagen'): Promise<SampleHome> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-'));
  const workspace = path.join(folder, 'sample');
  await cp(path.join(root, 'client/samples', sample), workspace, { recursive: true });
  return { folder, workspace, userDataDir: path.join(folder, 'user-data') };
}

export async function removeSampleHome({ folder }: SampleHome): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
