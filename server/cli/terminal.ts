// Where a command writes: results to standard output, messages to standard error.

/** Output of one command; a terminal gets colour and tables that update in place, a pipe gets plain lines. */
export class Terminal {
  private drawnLines = 0;
  private endsWithReader = true;

  constructor(
    private readonly out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number },
    private readonly err: NodeJS.WritableStream,
    env: Record<string, string | undefined> = {},
  ) {
    this.interactive = out.isTTY === true && env.TERM !== 'dumb';
    this.colour = this.interactive && (env.NO_COLOR ?? '') === '';
  }

  /** Whether somebody watches: drawing in place makes sense. */
  readonly interactive: boolean;
  readonly colour: boolean;

  static ofProcess(): Terminal {
    const terminal = new Terminal(process.stdout, process.stderr, process.env);
    // A reader that closes the pipe (head, less) ends the output, not the command with a stack trace.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' && terminal.endsWithReader) process.exit(0);
    });
    // A message that nobody can take, a closed pipe or a full disk, is lost, and nothing else.
    process.stderr.on('error', () => undefined);
    return terminal;
  }

  /** The command goes on when nobody reads its results any more. */
  outliveReader(): void {
    this.endsWithReader = false;
  }

  /** A result, as a line. Returns the exit code for "done", so that a command can end with it. */
  print(text: string): 0 {
    this.out.write(`${text}\n`);
    this.drawnLines = 0;
    return 0;
  }

  /** A message. */
  note(text: string): void {
    this.err.write(`${text}\n`);
    this.drawnLines = 0;
  }

  /** Replaces what `draw` showed last, its first line as the header; on a pipe it is just printed. */
  draw(lines: string[]): void {
    if (!this.interactive) {
      this.print(lines.join('\n'));
      return;
    }
    const up = this.drawnLines > 0 ? `\u001b[${this.drawnLines}A\u001b[0J` : '';
    const [header = '', ...rows] = this.fit(lines);
    const shown = [this.colour ? `\u001b[1m${header}\u001b[22m` : header, ...rows];
    this.out.write(up + shown.map((line) => `${line}\n`).join(''));
    this.drawnLines = shown.length;
  }

  /** As much as the screen has room for: what has left it cannot be replaced. */
  private fit(lines: string[]): string[] {
    const columns = known(this.out.columns) ?? 120;
    // The cursor stands below the last line.
    const room = Math.max((known(this.out.rows) ?? 24) - 1, 2);
    const kept = lines.length > room ? lines.slice(0, room - 1) : lines;
    const left = lines.length - kept.length;
    return [...kept, ...(left > 0 ? [`... and ${left} more`] : [])].map((line) => line.slice(0, columns));
  }
}

/** A size of the screen; 0 is one that the terminal does not know. */
function known(size: number | undefined): number | undefined {
  return size === 0 ? undefined : size;
}

/** Columns padded to their widest cell, two spaces between. */
export function table(columns: string[], rows: string[][]): string[] {
  const all = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
