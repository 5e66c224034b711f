// Runs inside VS Code's extension host: the entry that @vscode/test-electron is given.
import Mocha from 'mocha';
import { writeReport } from '../report';

/** Longest time for one test, in ms. */
const testMs = 60_000;

/** Runs all tests and leaves their count in the file that `$STREAM_JOBS_REPORT` names. @throws Error when one fails */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: testMs, color: true });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./manifest.test');
  await import('./language.test');
  await import('./jobs.test');
  let passed = 0;
  const failed = await new Promise<number>((resolve) => {
    mocha.run(resolve).on('pass', () => passed++);
  });
  const file = process.env.STREAM_JOBS_REPORT;
  if (file !== undefined) await writeReport(file, { numPassedTests: passed, numFailedTests: failed });
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}
