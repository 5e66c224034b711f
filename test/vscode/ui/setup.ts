// Before the UI tests: packages the built extension and installs it, as a user would.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { launch } from '../host/launcher';
import { step } from '../host/progress';
import { packageExtension } from '../vsix';

declare module 'vitest' {
  export interface ProvidedContext {
    extensionsDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-vsix-'));
  const extensionsDir = path.join(folder, 'extensions');
  const vsix = await step('Packaging the extension', () => packageExtension(folder));
  const code = await step('Installing it', () =>
    launch(['--install-extension', vsix, '--extensions-dir', extensionsDir]),
  );
  if (code !== 0) throw new Error(`The VSIX could not be installed (${code}).`);
  project.provide('extensionsDir', extensionsDir);
  return () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
