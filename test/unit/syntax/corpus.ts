// The corpora: valid scripts, and broken statements with their message beside them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { splitStatements } from '../../../server/syntax/split';

const corpus = path.join(import.meta.dirname, '../../corpus');

function files(folder: string): { name: string; text: string }[] {
  return readdirSync(path.join(corpus, folder)).map((name) => ({
    name,
    text: readFileSync(path.join(corpus, folder, name), 'utf8'),
  }));
}

export const validScripts = files('valid');

/** The texts of all valid statements. */
export const validStatements = validScripts.flatMap(({ text }) =>
  splitStatements(text).map(({ start, end }) => text.slice(start, end)),
);

/** A broken statement; below a line of it stands a comment with a mark under what is wrong, and the message. */
export interface BrokenCase {
  sql: string;
  /** The marked text. */
  wrong: string;
  start: number;
  message: string;
  /** The first line after the preferred, or only, fix. */
  becomes: string | undefined;
}

export const brokenCases: BrokenCase[] = files('broken').flatMap(({ text }) =>
  text.split(/^--------\n/m).map(brokenCase),
);

/** `-- <- message` marks the first word of the line above, `--   ^^^ message` what is above the signs. */
function brokenCase(block: string): BrokenCase {
  const lines = block.trimEnd().split('\n');
  const notes = /^-- *(<-|\^+) (.*)$/;
  const at = lines.findIndex((line) => notes.test(line));
  const note = lines[at] ?? '';
  const [, mark = '', message = ''] = notes.exec(note) ?? [];
  const above = lines[at - 1] ?? '';
  const column = mark === '<-' ? 0 : note.indexOf('^');
  const length = mark === '<-' ? (/^\w+/.exec(above)?.[0].length ?? 0) : mark.length;
  const becomes = lines.find((line) => line.startsWith('-- becomes '))?.slice('-- becomes '.length);
  const sql = lines.filter((line, index) => index !== at && !line.startsWith('-- becomes ')).join('\n');
  const before = lines.slice(0, at - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const start = before + column;
  return { sql, wrong: sql.slice(start, start + length), start, message, becomes };
}
