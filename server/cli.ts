#!/usr/bin/env node
// The command line: finds the command, turns what goes wrong into a message and an exit code.
import { StreamJobsError } from './protocol/errors';
import { check } from './cli/check';
import { exec } from './cli/exec';
import { jobs } from './cli/jobs';
import { languageServer } from './cli/languageServer';
import { Terminal } from './cli/terminal';
import { run } from './cli/run';
import { serve } from './cli/serve';
import { help, UsageError, type Command } from './cli/usage';
import { version } from '../package.json';

const commands: Record<string, Command> = {
  run,
  serve,
  exec,
  jobs,
  check,
  'language-server': languageServer,
};

/** Exit codes scripts may rely on. */
export const exitCode = { done: 0, failed: 1, usage: 2, noServer: 3 } as const;

/** Runs one command line (without node and script name) and returns its exit code. */
export async function main(args: string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  const command = name === undefined ? undefined : commands[name];
  const json = rest.includes('--json');
  try {
    if (name === '--version') return terminal.print(version);
    if (name === '--help' || name === '-h' || name === 'help') return terminal.print(help(commands));
    if (name === undefined) throw new UsageError('Say what to do.');
    if (command === undefined) throw new UsageError(`There is no command ${name}.`);
    if (rest.includes('--help') || rest.includes('-h')) return terminal.print(command.help);
    return await command.run(rest, terminal);
  } catch (error) {
    return report(error, command, json, terminal);
  }
}

function report(error: unknown, command: Command | undefined, json: boolean, terminal: Terminal): number {
  if (error instanceof UsageError) {
    terminal.note(`${error.message}\n\n${command?.help ?? help(commands)}`);
    return exitCode.usage;
  }
  if (!(error instanceof StreamJobsError)) throw error;
  const { code, message, hint } = error;
  if (json) terminal.print(JSON.stringify({ error: { code, message, hint } }));
  else terminal.note(hint === undefined ? `${code}: ${message}` : `${code}: ${message}\n${hint}`);
  return code === 'SERVER_NOT_RUNNING' ? exitCode.noServer : exitCode.failed;
}

/** How long what a command left over may take to end by itself. */
const lingerMs = 1000;

if (require.main === module) {
  // The native engine works on this pool: too few threads and file reads wait behind queries.
  process.env.UV_THREADPOOL_SIZE ??= '16';
  void main(process.argv.slice(2), Terminal.ofProcess()).then((code) => {
    process.exitCode = code;
    // What is left over, such as a connection to a broker that hangs, does not keep the process.
    setTimeout(() => process.exit(), lingerMs).unref();
  });
}
