// `npm run package`: builds, and makes the VSIX for this platform.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from './build';
import { step } from './host/progress';
import { root } from './paths';
import { packageExtension } from './vsix';

async function main(): Promise<void> {
  await step('Building', build);
  const file = await step('Packaging', () => packageExtension(root));
  const { size } = await stat(file);
  process.stdout.write(`${path.relative(root, file)}: ${(size / 1e6).toFixed(1)} MB\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
