// Reads the command line that VS Code's desktop executable takes, as far as tests and people use it here.
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Options that take a value even when it is the next argument. */
const withValue = new Set([
  'extensionDevelopmentPath',
  'extensionTestsPath',
  'user-data-dir',
  'extensions-dir',
  'folder-uri',
  'file-uri',
  'log',
  'install-extension',
  'uninstall-extension',
]);

export interface CommandLine {
  /** Each option with its values in order; one given without a value has the value `true`. */
  options: ReadonlyMap<string, readonly (string | true)[]>;
  folder?: string;
  workspace?: string;
  files: string[];
}

/** Options may be repeated; an unknown one is kept, and takes a value only after `=`. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const options = new Map<string, (string | true)[]>();
  const paths: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const [, name = '', value] = /^--?([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === '') {
      paths.push(argument);
      continue;
    }
    const next = argv[index + 1];
    const takesNext =
      value === undefined && withValue.has(name) && next !== undefined && !next.startsWith('-');
    if (takesNext) index++;
    options.set(name, [...(options.get(name) ?? []), value ?? (takesNext ? next : true)]);
  }
  const uris = [...valuesOf({ options }, 'folder-uri'), ...valuesOf({ options }, 'file-uri')];
  return { options, ...sortPaths([...uris, ...paths]) };
}

/** The values of a repeatable option. */
export function valuesOf({ options }: Pick<CommandLine, 'options'>, name: string): string[] {
  return (options.get(name) ?? []).filter((value) => value !== true);
}

/** The last value of an option, which wins. */
export function valueOf(commandLine: CommandLine, name: string): string | undefined {
  return valuesOf(commandLine, name).at(-1);
}

/** A path or a `file:` URI as a path. */
export function toPath(pathOrUri: string): string {
  return path.resolve(pathOrUri.startsWith('file:') ? fileURLToPath(pathOrUri) : pathOrUri);
}

function sortPaths(paths: readonly string[]): Pick<CommandLine, 'folder' | 'workspace' | 'files'> {
  const all = paths.map(toPath);
  const workspace = all.find((file) => file.endsWith('.code-workspace'));
  const isFolder = (file: string) => statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  const folder = all.find(isFolder);
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(workspace === undefined ? {} : { workspace }),
    files: all.filter((file) => file !== workspace && !isFolder(file)),
  };
}
