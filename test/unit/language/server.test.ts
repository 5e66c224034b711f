// The server over a real LSP connection: what an editor sends, and what comes back.
import { PassThrough } from 'node:stream';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver-types';
import { startLanguageServer, type LanguageServer } from '../../../server/language/server';
import { briefs, liveJobs, minutesBefore, snapshotTime, sums, tables, uri } from './support';

interface Published {
  uri: string;
  version?: number;
  diagnostics: Diagnostic[];
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** An editor that has initialized the server. */
class Client {
  readonly published: Published[] = [];
  readonly server: LanguageServer;
  private readonly rpc;
  private readonly waiting = new Set<() => void>();
  refreshes = 0;

  constructor() {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const connection = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
    );
    this.server = startLanguageServer(connection);
    this.rpc = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    this.rpc.onNotification('textDocument/publishDiagnostics', (found: Published) => {
      this.published.push(found);
      this.notice();
    });
    this.rpc.onRequest('workspace/codeLens/refresh', () => {
      this.refreshes++;
      this.notice();
      return null;
    });
    this.rpc.listen();
    open.push(() => {
      this.server.dispose();
      this.rpc.dispose();
      connection.dispose();
    });
  }

  async initialize(capabilities: object = {}): Promise<{ capabilities: Record<string, unknown> }> {
    const result = await this.rpc.sendRequest('initialize', { processId: null, rootUri: null, capabilities });
    await this.rpc.sendNotification('initialized', {});
    return result as { capabilities: Record<string, unknown> };
  }
  request<R>(method: string, params: object): Promise<R> {
    return this.rpc.sendRequest(method, params);
  }
  notify(method: string, params?: object): Promise<void> {
    return params === undefined
      ? this.rpc.sendNotification(method)
      : this.rpc.sendNotification(method, params);
  }
  open(text: string, documentUri = uri): Promise<void> {
    const textDocument = { uri: documentUri, languageId: 'streamsql', version: 1, text };
    return this.notify('textDocument/didOpen', { textDocument });
  }
  change(text: string, version: number, documentUri = uri): Promise<void> {
    const textDocument = { uri: documentUri, version };
    return this.notify('textDocument/didChange', { textDocument, contentChanges: [{ text }] });
  }
  /** Messages of the last diagnostics of a document. */
  messages(documentUri = uri): unknown[] | undefined {
    const last = this.published.filter((each) => each.uri === documentUri).at(-1);
    return last?.diagnostics.map(({ message }) => message);
  }
  /** Waits until something the server sends makes the condition true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }
  private notice(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

async function client(capabilities?: object): Promise<Client> {
  const created = new Client();
  await created.initialize(capabilities);
  return created;
}

describe('diagnostics', () => {
  it('come with the version they are about, and go when the text is right', async () => {
    const editor = await client();
    await editor.open(`${tables}SELECT amout FROM orders_in;`);
    await editor.until(() => editor.published.length > 0);
    expect(editor.messages()).toEqual(['orders_in has no column amout. Did you mean amount?']);
    await editor.change(`${tables}SELECT amount FROM orders_in;`, 2);
    await editor.until(() => editor.published.at(-1)?.version === 2);
    expect(editor.messages()).toEqual([]);
  });

  it('about jobs are there only while jobs are known, and follow their states', async () => {
    const editor = await client();
    await editor.open('PAUSE JOB clicks;');
    await editor.until(() => editor.published.length > 0);
    expect(editor.messages()).toEqual([]);
    await editor.notify('streamJobs/jobs', { at: snapshotTime, jobs: briefs });
    await editor.until(() => editor.published.length > 1);
    expect(editor.messages()).toEqual([
      'clicks is already paused since 11:48 (reason: index rebuild). Running this fails.',
    ]);
    const resumed = briefs.map((job) =>
      job.name === 'clicks' ? { ...job, state: 'running' as const } : job,
    );
    await editor.notify('streamJobs/jobs', { at: minutesBefore(-1), jobs: resumed });
    await editor.until(() => editor.published.length > 2);
    expect(editor.messages()).toEqual([]);
    editor.server.setJobs({ at: minutesBefore(-2), jobs: [] });
    await editor.until(() => editor.published.length > 3);
    expect(editor.messages()).toEqual(['There is no job clicks. No job exists now.']);
    await editor.notify('streamJobs/jobsUnknown');
    await editor.until(() => editor.published.length > 4);
    expect(editor.messages()).toEqual([]);
  });

  it('know the tables of other open documents and of the job server', async () => {
    const editor = await client();
    await editor.open('SELECT id FROM shared_t; SELECT id FROM server_t;');
    await editor.until(() => editor.published.length > 0);
    expect(editor.messages()).toHaveLength(2);
    const statement = "CREATE TABLE server_t (id BIGINT) WITH ('connector' = 'datagen')";
    const table = { name: 'server_t', kind: 'table', statement, columns: [], readBy: [], writtenBy: [] };
    await editor.notify('streamJobs/jobs', { at: snapshotTime, jobs: [], tables: [table] });
    await editor.until(() => editor.messages()?.length === 1);
    const other = 'file:///other.streamsql';
    await editor.open("CREATE TABLE shared_t (id BIGINT) WITH ('connector' = 'datagen');", other);
    await editor.until(() => editor.messages()?.length === 0);
    await editor.notify('textDocument/didClose', { textDocument: { uri: other } });
    await editor.until(() => editor.messages()?.length === 1);
    expect(editor.messages()).toEqual([expect.stringContaining('There is no table shared_t.')]);
  });

  it('know what live jobs keep, whatever the open files say', async () => {
    const editor = await client();
    await editor.open('SELECT totla, anything FROM STATE OF JOB sums;');
    await editor.until(() => editor.published.length > 0);
    expect(editor.messages()).toEqual([]);
    const [statement = ''] = tables.split(';');
    const jobs = [{ ...briefs[0], name: 'sums' }];
    const table = { name: 'orders_in', kind: 'table', statement, columns: [], readBy: [], writtenBy: [] };
    const told = {
      at: snapshotTime,
      jobs,
      tables: [table],
      statements: [{ name: 'sums', statement: sums.trim() }],
    };
    await editor.notify('streamJobs/jobs', told);
    await editor.until(() => editor.messages()?.length === 2);
    expect(editor.messages()?.[0]).toBe('sums has no column totla. Did you mean total?');
    // Another version has other columns; the numbers of the next moment change nothing.
    const deployed = sums.replace('START JOB sums', "DEPLOY JOB sums VERSION '2'").replace('total', 'totla');
    await editor.notify('streamJobs/jobs', { ...told, statements: [{ name: 'sums', statement: deployed }] });
    await editor.until(() => editor.messages()?.length === 1);
    await editor.notify('streamJobs/jobsUnknown');
    await editor.until(() => editor.messages()?.length === 0);
  });

  it('are pulled by a client that cannot be told', async () => {
    const editor = new Client();
    const { capabilities } = await editor.initialize({ textDocument: { diagnostic: {} } });
    expect(capabilities.diagnosticProvider).toEqual({
      interFileDependencies: true,
      workspaceDiagnostics: false,
    });
    await editor.open('SELECT a FROM missing;');
    const report = await editor.request<{ items: Diagnostic[] }>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    expect(report.items.map(({ code }) => code)).toEqual(['SJ201']);
    expect(editor.published).toEqual([]);
  });

  it('of a very large file leave the server answering', async () => {
    const editor = await client();
    const large = 'file:///large.streamsql';
    const statement = (i: number) =>
      `SELECT id, UPPER(customer) AS c${i} FROM orders_in WHERE amount > ${i} AND id < 5;\n`;
    await editor.open(tables + Array.from({ length: 12_000 }, (_, i) => statement(i)).join(''), large);
    await editor.open('SELECT 1 FROM;');
    await editor.until(() => editor.messages() !== undefined);
    expect(editor.messages(large)).toBeUndefined();
    await editor.until(() => editor.messages(large) !== undefined);
    expect(editor.messages(large)).toEqual([]);
  });

  it('of a very long statement wait for its run', async () => {
    const editor = await client();
    const rows = Array.from({ length: 20_000 }, (_, i) => `(${i}, 'x')`).join(', ');
    await editor.open(`${tables}INSERT INTO out_t VALUES ${rows};`);
    await editor.until(() => editor.published.length > 0);
    expect(editor.messages()).toEqual([
      'This statement has more than 100,000 characters: it is checked when it is run.',
    ]);
  });

  it('of hostile text are ordinary', async () => {
    const editor = await client();
    for (const [i, text] of [
      '',
      '\0\0SELECT \0',
      `SELECT ${'('.repeat(10_000)}`,
      "SELECT '",
      '/*',
    ].entries()) {
      const documentUri = `file:///hostile${i}.streamsql`;
      await editor.open(text, documentUri);
      await editor.until(() => editor.messages(documentUri) !== undefined);
      expect(editor.messages(documentUri)?.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('lenses', () => {
  it('are asked for again once for several changes of jobs', async () => {
    const editor = await client({ workspace: { codeLens: { refreshSupport: true } } });
    await editor.open('PAUSE JOB orders;');
    for (const minute of [1, 2, 3]) editor.server.setJobs({ at: minutesBefore(-minute), jobs: briefs });
    await editor.until(() => editor.refreshes > 0);
    const lenses = await editor.request<{ command: { title: string } }[]>('textDocument/codeLens', {
      textDocument: { uri },
    });
    expect(lenses.map(({ command }) => command.title)).toEqual([
      'Run',
      'orders · running 12.4k/s · lag 0',
      'Pause',
      'Details',
    ]);
    expect(editor.refreshes).toBe(1);
  });

  it('go on saying for how long a job is paused while nothing else changes', async () => {
    const editor = await client({ workspace: { codeLens: { refreshSupport: true } } });
    await editor.open('RESUME JOB clicks;');
    const since = new Date(Date.parse(snapshotTime) - 3000).toISOString();
    editor.server.setJobs({ at: snapshotTime, jobs: briefs.map((job) => ({ ...job, since })) });
    const pausedFor = async () => {
      const params = { textDocument: { uri } };
      const lenses = await editor.request<{ command: { title: string } }[]>('textDocument/codeLens', params);
      return Number(/paused (\d+) s/.exec(lenses[1]?.command.title ?? '')?.[1]);
    };
    await editor.until(() => editor.refreshes > 0);
    const first = await pausedFor();
    expect(first).toBeGreaterThanOrEqual(3);
    // An editor looks again when it is asked to, and only then.
    for (let seen = editor.refreshes; (await pausedFor()) === first; seen = editor.refreshes)
      await editor.until(() => editor.refreshes > seen);
  });
});

describe('requests', () => {
  it('complete job names and resolve their documentation', async () => {
    const editor = await client();
    editor.server.setJobs({ at: snapshotTime, jobs: [...liveJobs.byName.values()] });
    await editor.open('RESUME JOB ');
    const { items } = await editor.request<{ items: { label: string; sortText: string }[] }>(
      'textDocument/completion',
      {
        textDocument: { uri },
        position: { line: 0, character: 11 },
      },
    );
    const [first] = items.sort((a, b) => a.sortText.localeCompare(b.sortText));
    expect(first?.label).toBe('clicks');
    const resolved = await editor.request<{ documentation: { value: string } }>(
      'completionItem/resolve',
      first ?? {},
    );
    expect(resolved.documentation.value).toContain('paused 12 min');
  });

  it('give the statements of a document, and the one at a position', async () => {
    const editor = await client();
    await editor.open('-- first\nPAUSE JOB a;\n\nSELECT 1;\nSELECT FROM');
    const statements = await editor.request<{ text: string; job?: string; ok: boolean; isQuery: boolean }[]>(
      'streamJobs/statements',
      { textDocument: { uri } },
    );
    expect(statements.map(({ text, job, ok, isQuery }) => [text, job, ok, isQuery])).toEqual([
      ['PAUSE JOB a', 'a', true, false],
      ['SELECT 1', undefined, true, true],
      ['SELECT FROM', undefined, false, true],
    ]);
    const at = (line: number, character: number) =>
      editor.request<{ text: string } | null>('streamJobs/statementAt', {
        textDocument: { uri },
        position: { line, character },
      });
    expect((await at(1, 12))?.text).toBe('PAUSE JOB a');
    expect(await at(2, 0)).toBeNull();
  });

  it('about documents that are not open, or with nonsense, are answered', async () => {
    const editor = await client();
    const nowhere = { textDocument: { uri: 'file:///nowhere' }, position: { line: 0, character: 0 } };
    expect(await editor.request('textDocument/hover', nowhere)).toBeNull();
    expect(await editor.request('streamJobs/statements', nowhere)).toBeNull();
    expect(await editor.request('completionItem/resolve', { label: 'x', data: 5 })).toMatchObject({
      label: 'x',
    });
  });
});
