// `npm test`: every check and suite in turn, all of them even when one fails, then one line that counts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const results = path.join(root, 'out/results');

/** Each step's npm script; suites leave their counts in out/results/<name>.json. */
const steps = [
  { name: 'build', script: 'build' },
  { name: 'lint', script: 'lint' },
  { name: 'unit', script: 'test:unit', suite: true },
  { name: 'kafka', script: 'test:kafka', suite: true },
  { name: 'soak', script: 'soak', suite: true },
  { name: 'vscode', script: 'test:vscode', suite: true },
];

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

let passed = 0;
let failed = 0;
const lines = [];
for (const { name, script, suite } of steps) {
  console.log(`\n── ${name} (npm run ${script})`);
  const started = Date.now();
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const counts = suite ? readResults(name) : { passed: 0, failed: 0, failures: [] };
  passed += counts.passed;
  // A step that failed without a failing test (a compile error, a crash) counts as one.
  failed += status === 0 ? counts.failed : Math.max(1, counts.failed);
  const outcome =
    status === 0 ? (counts.skipped ? `skipped: ${counts.skipped}` : 'ok') : `failed (${status ?? 'signal'})`;
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  lines.push(
    `${name.padEnd(8)} ${outcome}${suite ? `, ${counts.passed} passed, ${counts.failed} failed` : ''}, ${seconds} s`,
  );
  lines.push(...counts.failures.map((failure) => `  failed: ${failure}`));
  if (name === 'build' && status !== 0) break;
}

console.log(`\n${lines.join('\n')}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * The failures are told again at the end, with the first lines of their messages: the whole log is long.
 * @returns {{ passed: number, failed: number, failures: string[], skipped?: string }}
 */
function readResults(name) {
  const file = path.join(results, `${name}.json`);
  if (!existsSync(file)) return { passed: 0, failed: 0, failures: [] };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if (report.skipped) return { passed: 0, failed: 0, failures: [], skipped: report.skipped };
  const failures = (report.testResults ?? []).flatMap(
    ({ name: suite, status, message, assertionResults }) => {
      const tests = assertionResults.filter((test) => test.status === 'failed');
      if (status === 'failed' && tests.length === 0) return [told(path.relative(root, suite), [message])];
      return tests.map(({ fullName, failureMessages }) => told(fullName, failureMessages));
    },
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests, failures };
}

function told(what, messages) {
  return [what, ...messages.flatMap((message) => message.split('\n').slice(0, 6))].join('\n    ');
}
