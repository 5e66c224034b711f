// `npm run test:vscode`: the extension in a real VS Code, from within (api/) and as a user sees it (ui/).
import path from 'node:path';
import { rm } from 'node:fs/promises';
import { bundle } from './build';
import { step } from './host/progress';
import { runApiTests } from './apiSuite';
import { root } from './paths';
import { addReports, readReport, writeReport } from './report';
import { runUiTests } from './uiSuite';
import { missing } from './requirements';

const results = path.join(root, 'out/results');

async function main(): Promise<void> {
  const reportFile = path.join(results, 'vscode.json');
  const lacks = missing();
  if (lacks !== undefined) {
    process.stderr.write(`\n  The VS Code suite is SKIPPED: ${lacks}\n\n`);
    await writeReport(reportFile, { numPassedTests: 0, numFailedTests: 0, skipped: lacks });
    process.exitCode = process.env.CI ? 1 : 0;
    return;
  }
  await step('Building', bundle);
  const files = ['api', 'ui'].map((name) => path.join(results, `vscode-${name}.json`));
  const [api = '', ui = ''] = files;
  for (const file of files) await rm(file, { force: true });
  const codes = [await runApiTests(api), await runUiTests(ui)];
  const total = addReports(...files.map(readReport));
  await writeReport(reportFile, total);
  process.exitCode = total.numFailedTests === 0 && codes.every((code) => code === 0) ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
