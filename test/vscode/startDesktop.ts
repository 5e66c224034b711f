// VS Code on the desktop, with settings of its own, so that the user's own VS Code stays as it is.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDesktop } from './desktop';
import { endServers } from './jobServers';
import { root } from './paths';
import { quietSettings } from './host/settings';
import type { SampleHome } from './sampleHome';

/** Opens a window and returns when it is closed. */
export async function openOnDesktop(executable: string, home: SampleHome): Promise<void> {
  const { folder, workspace, userDataDir } = home;
  await mkdir(path.join(userDataDir, 'User'), { recursive: true });
  await writeFile(path.join(userDataDir, 'User/settings.json'), JSON.stringify(quietSettings));
  process.stdout.write('Opening VS Code. Close its window to end.\n');
  await openDesktop(executable, [
    ...['--user-data-dir', userDataDir, '--extensions-dir', path.join(folder, 'extensions')],
    ...['--disable-workspace-trust', '--skip-welcome', '--skip-release-notes', '--wait', '--new-window'],
    `--extensionDevelopmentPath=${root}`,
    ...[workspace, path.join(workspace, 'jobs.ssql')],
  ]);
  await endServers(userDataDir);
}
