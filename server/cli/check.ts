// `stream-jobs check`: diagnostics of files; nothing is run.
import { readFile } from 'node:fs/promises';
import { buffer as readStream } from 'node:stream/consumers';
import type { CheckedDiagnostic, CheckedFile } from '../protocol/languageServer';
import type { Terminal } from './terminal';
import { parse, UsageError, type Command } from './usage';

export const check: Command = {
  summary: 'check files without running anything',
  help: [
    'Usage: stream-jobs check FILE... [--json]',
    '',
    'Prints what is wrong in each file; - reads standard input. The exit code is 1 when a file has an error.',
  ].join('\n'),
  async run(args, terminal) {
    const { values, positionals } = parse(args, { json: { type: 'boolean', default: false } });
    if (positionals.length === 0) throw new UsageError('check takes at least one file.');
    const { checkText } = await import('../language/check');
    const checked: CheckedFile[] = [];
    for (const file of positionals) checked.push({ file, diagnostics: await checkFile(file, checkText) });
    if (values.json) terminal.print(JSON.stringify(checked));
    else report(checked, terminal);
    const errors = checked.some((file) => file.diagnostics.some(({ severity }) => severity === 'error'));
    return errors ? 1 : 0;
  },
};

async function checkFile(
  file: string,
  checkText: (text: string) => CheckedDiagnostic[],
): Promise<CheckedDiagnostic[]> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readStream(process.stdin) : await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return checkText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [notUtf8];
  }
}

const notUtf8: CheckedDiagnostic = {
  code: 'SJ100',
  severity: 'error',
  message: 'This file is not UTF-8. Save it with the encoding UTF-8.',
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
};

function report(checked: CheckedFile[], terminal: Terminal): void {
  let found = 0;
  for (const { file, diagnostics } of checked) {
    for (const { severity, code, message, range } of diagnostics) {
      found++;
      terminal.print(
        `${file}:${range.start.line + 1}:${range.start.character + 1} ${severity} ${code} ${message}`,
      );
    }
  }
  if (found === 0)
    terminal.note(checked.length === 1 ? 'No problems.' : `No problems in ${checked.length} files.`);
}
