// `npm test`: every check and suite, all of them even when one fails, then one line that counts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const results = path.join(root, 'out/results');

/**
 * Each step's npm script; suites leave their counts in out/results/<name>.json. One turn after the other, the steps of
 * a turn beside each other.
 */
const turns = [
  [{ name: 'build', script: 'build' }],
  // A soak takes as long as it is told, and half a small machine: the other half checks the code.
  [
    { name: 'soak', script: 'soak', suite: true },
    { name: 'lint', script: 'lint' },
  ],
  [{ name: 'unit', script: 'test:unit', suite: true }],
  [{ name: 'kafka', script: 'test:kafka', suite: true }],
  [{ name: 'vscode', script: 'test:vscode', suite: true }],
];

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

let passed = 0;
let failed = 0;
const lines = [];
for (const [first, ...others] of turns) {
  console.log(title(first, ...others));
  const quiet = others.map(async (step) => ({ step, ...(await run(step, 'pipe')) }));
  const done = [{ step: first, ...(await run(first, 'inherit')) }];
  // What ran beside it is shown in one piece.
  for (const outcome of await Promise.all(quiet)) {
    console.log(`${title(outcome.step)}\n${outcome.output}`);
    done.push(outcome);
  }
  for (const outcome of done) count(outcome);
  if (first.name === 'build' && done[0].status !== 0) break;
}

console.log(`\n${lines.join('\n')}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function title(...steps) {
  return `\n── ${steps.map(({ name, script }) => `${name} (npm run ${script})`).join(', beside it ')}`;
}

/** Its output is shown as it comes ('inherit') or returned ('pipe'). */
async function run({ script }, shown) {
  const started = Date.now();
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['inherit', shown, shown],
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  const [status] = await once(child, 'close');
  return { status, output, seconds: ((Date.now() - started) / 1000).toFixed(0) };
}

function count({ step: { name, suite }, status, seconds }) {
  const counts = suite ? readResults(name) : { passed: 0, failed: 0, failures: [] };
  passed += counts.passed;
  // A step that failed without a failing test (a compile error, a crash) counts as one.
  failed += status === 0 ? counts.failed : Math.max(1, counts.failed);
  const outcome =
    status === 0 ? (counts.skipped ? `skipped: ${counts.skipped}` : 'ok') : `failed (${status ?? 'signal'})`;
  lines.push(
    `${name.padEnd(8)} ${outcome}${suite ? `, ${counts.passed} passed, ${counts.failed} failed` : ''}, ${seconds} s`,
  );
  lines.push(...counts.failures.map((failure) => `  failed: ${failure}`));
}

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
