// Builds the product, as `npm run build` does.
import { run } from './host/childProcess';
import { root } from './paths';

/** Longest time for a build, in ms. */
const buildMs = 5 * 60_000;

/** @throws Error with the end of the compiler's output when it fails */
export async function build(): Promise<void> {
  await run(process.execPath, ['build.mjs'], { cwd: root, deadlineMs: buildMs });
}
