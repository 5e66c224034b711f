// Stream Jobs: Open Sample. The samples are copied first: the user changes a copy, and an update harms nothing.
import { commands as editor, FileType, Uri, window, workspace, type ExtensionContext } from 'vscode';
import { StreamJobsError } from '../../server/protocol/errors';
import type { Commands } from './commands';

const samples = [
  {
    id: 'datagen',
    label: 'Orders, made as you watch',
    description: 'needs nothing else',
    detail: 'Generated records, a filter, and a count for each minute.',
  },
  {
    id: 'kafka',
    label: 'Orders over Kafka',
    description: 'needs Docker',
    detail: 'A compose file with a broker, and jobs that read from and write to it.',
  },
];

export function registerSampleCommand(commands: Commands, context: ExtensionContext): void {
  // Both arguments may be given by a caller that needs no dialogs.
  commands.register('streamJobs.openSample', async (sample, folder) => {
    const id = typeof sample === 'string' ? sample : await pickSample();
    if (id === undefined) return;
    const target = folder instanceof Uri ? folder : await pickFolder(context, id);
    if (!target) return;
    await copySample(Uri.joinPath(context.extensionUri, 'client', 'samples', id), target);
    const forceNewWindow = (workspace.workspaceFolders?.length ?? 0) > 0;
    await editor.executeCommand('vscode.openFolder', target, { forceNewWindow });
  });
}

async function pickSample(): Promise<string | undefined> {
  return (await window.showQuickPick(samples, { title: 'Open which sample?', matchOnDetail: true }))?.id;
}

async function pickFolder(context: ExtensionContext, id: string): Promise<Uri | undefined> {
  const own = {
    label: 'In the extension’s own storage',
    detail: 'Nothing to choose; good for a first look.',
  };
  const choose = { label: 'In a folder...', detail: 'A folder for it is made where you say.' };
  const where = await window.showQuickPick([own, choose], { title: 'Where should the sample be put?' });
  if (where === own) return Uri.joinPath(context.globalStorageUri, 'samples', id);
  if (where !== choose) return undefined;
  const picked = await window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: 'Put the Sample Here',
  });
  return picked?.[0] && Uri.joinPath(picked[0], `stream-jobs-${id}`);
}

/** Copies what is not there yet: a sample opened before keeps the user's changes. */
async function copySample(from: Uri, to: Uri): Promise<void> {
  await workspace.fs.createDirectory(to);
  for (const [name, type] of await workspace.fs.readDirectory(from)) {
    const target = Uri.joinPath(to, name);
    if (type === FileType.Directory) await copySample(Uri.joinPath(from, name), target);
    else await copyFile(Uri.joinPath(from, name), target);
  }
}

async function copyFile(from: Uri, to: Uri): Promise<void> {
  const exists = await workspace.fs.stat(to).then(
    () => true,
    () => false,
  );
  if (exists) return;
  try {
    await workspace.fs.copy(from, to);
  } catch (error) {
    throw new StreamJobsError('STORAGE', `The sample cannot be copied to ${to.fsPath}.`, { cause: error });
  }
}
