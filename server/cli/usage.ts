// What every command has: its help, its options, and the errors of a wrong command line.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import path from 'node:path';
import { StreamJobsError } from '../protocol/errors';
import type { Terminal } from './terminal';

export interface Command {
  /** One line for the overview. */
  summary: string;
  help: string;
  /** Returns the exit code. */
  run(args: string[], terminal: Terminal): Promise<number>;
}

/** The command line itself is wrong: exit code 2, with the command's help. */
export class UsageError extends Error {}

export function help(commands: Record<string, Command>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'stream-jobs: streaming SQL jobs that pause and resume without losing a record.',
    '',
    'Usage: stream-jobs <command> [options]',
    '',
    ...lines,
    '',
    'stream-jobs <command> --help says more. stream-jobs --version prints the version.',
    dataDirHelp,
  ].join('\n');
}

export const dataDirHelp =
  'The data directory is --data-dir, else $STREAM_JOBS_HOME, else .stream-jobs in the current folder.';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses options strictly. @throws UsageError naming what is wrong */
export function parse<T extends Options>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export function dataDirectory(option: string | undefined): string {
  return path.resolve(option ?? process.env.STREAM_JOBS_HOME ?? '.stream-jobs');
}

/** `10s`, `500ms`, `2m`, `1h` in milliseconds. @throws UsageError */
export function duration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  if (!match) throw new UsageError(`${option} takes a time such as 10s or 2m, not ${text}.`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** @throws UsageError */
export function port(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) {
    throw new UsageError(`${option} takes a port from 0 to 65535, not ${text}.`);
  }
  return value;
}

/** What `read` makes of an option's value; what it refuses is wrong usage. @throws UsageError */
export function valueOf<T>(option: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof StreamJobsError)) throw error;
    throw new UsageError(`${option}: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`);
  }
}
