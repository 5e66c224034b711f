// Diagnostics and completion in a file of 2,000 lines, through LSP over standard input and output, as an editor
// meets them. Needs the built server.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { percentile, type Figure } from './report';

const server = path.resolve('dist/language-server.js');
const uri = 'file:///bench.streamsql';
const rounds = 200;
const statements = 200;

interface Published {
  uri: string;
  version?: number;
  diagnostics: { message: string }[];
}

/** One statement of ten lines: tables, views and queries in turn. */
function statement(index: number): string {
  const table = `orders_${index - (index % 2)}`;
  if (index % 2 === 0) {
    return `CREATE TABLE ${table} (
  id BIGINT,
  customer STRING,
  amount DECIMAL(10, 2),
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '10'
);`;
  }
  return `CREATE VIEW big_${index} AS
SELECT
  id,
  UPPER(customer) AS customer,
  CASE WHEN amount > 100 THEN 'large' ELSE 'small' END AS size,
  amount * 2 AS doubled
FROM ${table}
WHERE amount > ${index}
  AND customer IS NOT NULL
  AND id BETWEEN 1 AND 1000000;`;
}

class Editor {
  private version = 1;
  private waiting: ((published: Published) => void) | undefined;

  constructor(
    private readonly rpc: MessageConnection,
    private text: string,
  ) {
    rpc.onNotification('textDocument/publishDiagnostics', (published: Published) => {
      if (published.version === this.version) this.waiting?.(published);
    });
  }

  async open(): Promise<Published> {
    await this.rpc.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
    await this.rpc.sendNotification('initialized', {});
    const published = this.published();
    const textDocument = { uri, languageId: 'streamsql', version: this.version, text: this.text };
    await this.rpc.sendNotification('textDocument/didOpen', { textDocument });
    return published;
  }

  /** Replaces `length` characters at an offset and waits for the diagnostics of the new version. */
  async edit(offset: number, length: number, text: string): Promise<Published> {
    const range = { start: this.position(offset), end: this.position(offset + length) };
    this.text = this.text.slice(0, offset) + text + this.text.slice(offset + length);
    this.version++;
    const published = this.published();
    await this.rpc.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: this.version },
      contentChanges: [{ range, text }],
    });
    return published;
  }

  complete(offset: number): Promise<unknown> {
    return this.rpc.sendRequest('textDocument/completion', {
      textDocument: { uri },
      position: this.position(offset),
    });
  }

  indexOf(fragment: string): number {
    const found = this.text.indexOf(fragment);
    if (found < 0) throw new Error(`The file does not contain ${fragment}.`);
    return found;
  }

  private published(): Promise<Published> {
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  private position(offset: number): { line: number; character: number } {
    const before = this.text.slice(0, offset);
    const line = before.split('\n').length - 1;
    return { line, character: offset - before.lastIndexOf('\n') - 1 };
  }
}

async function time(
  what: string,
  aimMs: string,
  action: (round: number) => Promise<unknown>,
): Promise<Figure> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await action(round);
    samples.push(performance.now() - start);
  }
  const [p50, p95] = [percentile(samples, 0.5), percentile(samples, 0.95)];
  return { what, value: `p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms (n=${rounds})`, beside: aimMs };
}

const aim = 'aim 5 and 15 ms';

async function measure(editor: Editor): Promise<Figure[]> {
  const spot = editor.indexOf('amount > 101') + 'amount > 10'.length;
  const broken = editor.indexOf('UPPER(customer) AS customer');
  const start = editor.indexOf('CREATE VIEW big_101');
  // Every edit makes a text not seen before, so that no cache answers.
  const valid = (round: number) =>
    editor.edit(spot, round === 0 ? 1 : String(round - 1).length, String(round));
  const breaking = (round: number) =>
    editor.edit(broken, round === 0 ? 0 : `)${round - 1} `.length, `)${round} `);
  const figures = [
    await time('diagnostics after a valid edit', aim, valid),
    await time('diagnostics after a breaking edit', aim, breaking),
    await time('completion in a broken statement', aim, () => editor.complete(broken)),
  ];
  await editor.edit(broken, `)${rounds - 1} `.length, '');
  return [
    ...figures,
    await time('completion of a column', aim, () => editor.complete(broken + 'UPPER('.length)),
    await time('completion at a statement start', aim, () => editor.complete(start)),
  ];
}

/** @throws Error when the server is not built, or finds fault with a right file */
export async function measureLanguage(): Promise<Figure[]> {
  if (!existsSync(server)) throw new Error(`${server} is missing. Run: npm run build`);
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const rpc = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  rpc.listen();
  try {
    const text = Array.from({ length: statements }, (_, index) => statement(index)).join('\n');
    const editor = new Editor(rpc, text);
    const started = performance.now();
    const { diagnostics } = await editor.open();
    if (diagnostics.length > 0) throw new Error(`The file should be right: ${diagnostics[0]?.message ?? ''}`);
    const lines = text.split('\n').length;
    const opened = `${(performance.now() - started).toFixed(0)} ms`;
    return [
      { what: `start of the server to diagnostics of ${lines} lines`, value: opened },
      ...(await measure(editor)),
    ];
  } finally {
    rpc.dispose();
    child.kill();
  }
}
