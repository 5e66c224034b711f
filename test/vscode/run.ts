// `npm run test:vscode`: the extension in a real VS Code, from within (api/) and as a user sees it (ui/).
import path from 'node:path';
import { rm } from 'node:fs/promises';
import { bundle } from './build';
import { desktopForTests } from './desktop';
import { step } from './host/progress';
import { runApiTests } from './apiSuite';
import { root } from './paths';
import { addReports, readReport, writeReport, type Report } from './report';
import { runUiTests } from './uiSuite';
import { errorText, missingForBrowser } from './requirements';

const results = path.join(root, 'out/results');

async function main(): Promise<void> {
  const reportFile = path.join(results, 'vscode.json');
  const desktop = await desktopForTests();
  const lacks = await missingForBrowser();
  if (lacks !== undefined && desktop === undefined) {
    skipped('The VS Code suite', lacks);
    await writeReport(reportFile, { numPassedTests: 0, numFailedTests: 0, skipped: lacks });
    return;
  }
  await step('Building', bundle);
  const reports: Report[] = [];
  for (const [name, run] of [
    ['api', (file: string) => runApiTests(desktop, file)],
    ['ui', lacks === undefined ? runUiTests : undefined],
  ] as const) {
    if (!run) {
      skipped('What a user sees of VS Code', lacks ?? '');
      continue;
    }
    const file = path.join(results, `vscode-${name}.json`);
    await rm(file, { force: true });
    const code = await run(file);
    const report = readReport(file);
    // One that failed without a failing test counts as one.
    reports.push(code === 0 ? report : { ...report, numFailedTests: Math.max(1, report.numFailedTests) });
  }
  const total = addReports(...reports);
  await writeReport(reportFile, total);
  if (total.numFailedTests > 0) process.exitCode = 1;
}

/** What cannot run is said aloud; where everything must run it is a failure. */
function skipped(what: string, why: string): void {
  process.stderr.write(`\n  ${what} is SKIPPED: ${why}\n\n`);
  if (process.env.CI) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${errorText(error)}\n`);
  process.exit(1);
});
