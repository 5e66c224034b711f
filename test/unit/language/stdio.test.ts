// `stream-jobs language-server --stdio` beside a running job server, as any editor uses it. Needs the built command line.
import { once } from 'node:events';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kill, Workplace } from '../cli/process';

const uri = 'file:///script.sql';
const textDocument = { uri };

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(() => place.dispose());

/** An editor with one open document; `problems` are the messages it was sent last. */
async function editor(text: string) {
  const child = place.spawn(['language-server', '--stdio']);
  if (!child.stdout || !child.stdin) throw new Error('The language server has no pipes');
  const rpc = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let problems: string[] | undefined;
  const waiting = new Set<() => void>();
  rpc.onNotification('textDocument/publishDiagnostics', (sent: { diagnostics: { message: string }[] }) => {
    problems = sent.diagnostics.map(({ message }) => message);
    for (const resolve of waiting) resolve();
    waiting.clear();
  });
  rpc.listen();
  await rpc.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await rpc.sendNotification('initialized', {});
  await rpc.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'streamsql', version: 1, text },
  });
  return {
    child,
    rpc,
    until: async (expected: RegExp[]): Promise<void> => {
      const are = () =>
        problems?.length === expected.length &&
        expected.every((message, i) => message.test(problems?.[i] ?? ''));
      while (!are()) await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

it('knows the tables and jobs of the server on the data directory, and what becomes of them', async () => {
  const { child: server } = await place.serve();
  await place.exec(`CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5');
    START JOB orders AS SELECT id FROM src; START JOB clicks AS SELECT id FROM src;
    PAUSE JOB clicks WITH REASON 'index rebuild'`);
  const { child, rpc, until } = await editor('PAUSE JOB clicks;\nSELECT idd FROM src;\nRESUME JOB ');
  const incomplete = /not complete/;
  await until([
    /clicks is already paused since .* \(reason: index rebuild\)/,
    /src has no column idd/,
    incomplete,
  ]);
  const { items } = await rpc.sendRequest<{ items: { label: string; sortText: string; detail?: string }[] }>(
    'textDocument/completion',
    { textDocument, position: { line: 2, character: 11 } },
  );
  const [first] = items.sort((a, b) => (a.sortText < b.sortText ? -1 : 1));
  expect(first).toMatchObject({
    label: 'clicks',
    detail: expect.stringMatching(/^paused .* index rebuild$/),
  });

  await place.exec('RESUME JOB clicks');
  await until([/src has no column idd/, incomplete]);
  await place.exec('DROP JOB clicks');
  await until([/There is no job clicks/, /src has no column idd/, incomplete]);
  await kill(server, 'SIGTERM');
  await until([/src has no column idd/, incomplete]);

  const ended = once(child, 'exit');
  await rpc.sendRequest('shutdown');
  await rpc.sendNotification('exit');
  expect(await ended).toEqual([0, null]);
  rpc.dispose();
});
