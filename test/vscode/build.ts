// Builds the product, as `npm run build` does.
import { run } from './host/childProcess';
import { root } from './paths';

/** Longest time for a build, in ms. */
const buildMs = 5 * 60_000;

/** @throws Error with the end of the compiler's output when it fails */
export async function build(): Promise<void> {
  await run(process.execPath, ['build.mjs'], { cwd: root, deadlineMs: buildMs });
}

/** Without the type check, which takes most of the time. @throws Error when it fails */
export async function bundle(): Promise<void> {
  await run(process.execPath, ['build.mjs', 'bundle'], { cwd: root, deadlineMs: buildMs });
}
