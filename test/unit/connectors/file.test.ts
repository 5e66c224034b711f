import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  existsSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileSource } from '../../../server/connectors/file/source';
import type { Source } from '../../../server/connectors/connector';
import { makeSink, makeSource, never, newContext, readNow, rowBatch, tableOf, textsOf } from './fixtures';
import type { TestContext } from './fixtures';

interface Given {
  context: TestContext;
  file: string;
}
function given(content?: string | Buffer): Given {
  const context = newContext();
  const file = path.join(context.baseDir, 'in.json');
  if (content !== undefined) writeFileSync(file, content);
  return { context, file };
}
async function opened(
  { context }: Given,
  options: Record<string, string> = {},
  position?: bigint,
): Promise<Source> {
  const table = tableOf('file', { path: 'in.json', format: 'json', ...options }, { id: 'int' });
  const source = makeSource(table, context);
  await source.open(new Map(position === undefined ? [] : [[0, position]]));
  return source;
}

describe('file source', () => {
  it.each([
    ['lines', '{"a":1}\n{"a":2}\n', {}, ['0 {"a":1}', '8 {"a":2}']],
    ['line ends of Windows, blank lines', 'a\r\n\r\n  \nb\r\n', {}, ['0 a', '8 b']],
    ['a byte order mark', '\ufeff{"a":1}\n', {}, ['3 {"a":1}']],
    ['a last line without its end, when followed', 'a\nb', {}, ['0 a']],
    ['a last line without its end, when not followed', 'a\nb', { follow: 'false' }, ['0 a', '2 b']],
    ['CSV with quoted line ends', 'a,"x\ny"\n"q""\n",2\n', { format: 'csv' }, ['0 a,"x\ny"', '8 "q""\n",2']],
    ['CSV with a quote inside a field', '5" pipe,1\nb,2\n', { format: 'csv' }, ['0 5" pipe,1', '10 b,2']],
    ['CSV with a header', 'id,name\n1,a\n', { format: 'csv', 'csv.header': 'true' }, ['8 1,a']],
    [
      'CSV with other characters',
      "a;'x\ny'\nb;2\n",
      { format: 'csv', 'csv.field-delimiter': ';', 'csv.quote-character': "'" },
      ["0 a;'x\ny'", '8 b;2'],
    ],
    ['nothing', '', { follow: 'false' }, []],
  ] as [string, string, Record<string, string>, string[]][])(
    'reads %s',
    async (_what, content, options, expected) => {
      const source = await opened(given(content), options);
      expect(await readNow(source, 1)).toEqual(expected);
      await source.close();
    },
  );

  it('follows a growing file and takes a line when its end is there', async () => {
    const file = given('a\nb');
    const source = await opened(file);
    expect(await readNow(source)).toEqual(['0 a']);
    appendFileSync(file.file, 'c\nd');
    expect(await readNow(source)).toEqual(['2 bc']);
    expect(source.finished).toBe(false);
    expect(await source.ranges()).toEqual([{ partition: 0, start: 0n, end: 6n }]);
    await source.close();
  });

  it('goes on at a position, and is finished at the end it had when it was opened', async () => {
    const file = given('a\nb\nc\n');
    const source = await opened(file, { follow: 'false' }, 2n);
    appendFileSync(file.file, 'd\n');
    expect(await readNow(source)).toEqual(['2 b', '4 c']);
    expect(source.finished).toBe(true);
    await source.close();
  });

  it('reads a large file in pieces, every line once', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `{"id":${i},"text":"${'x'.repeat(i % 90)}"}`);
    const source = await opened(given(`${lines.join('\n')}\n`));
    const seen = (await readNow(source, 777)).map((line) => line.slice(line.indexOf(' ') + 1));
    expect(seen).toEqual(lines);
    await source.close();
  });

  it('reads a line longer than a piece, and gives up one that is far too long', async () => {
    const { context, file } = given(`${'a'.repeat(3_000_000)}\n${'b'.repeat(6_000_000)}\nc\n`);
    const source = new FileSource(tableOf('file', { path: file, format: 'json' }), file, context, 4_000_000);
    await source.open(new Map());
    const long = await source.read(10, 0, never);
    expect(long && textsOf(long)[0]?.length).toBe(3_000_000);
    const tooLong = await source.read(10, 0, never);
    expect([...(tooLong?.failed ?? [])]).toEqual([
      [0, `The line at byte 3000001 of ${file} has 6000001 bytes, more than 4000000.`],
    ]);
    expect(await readNow(source)).toEqual(['9000002 c']);
    await source.close();
  });

  it('refuses a file that was truncated or replaced', async () => {
    const file = given('aaa\nbbb\n');
    const source = await opened(file);
    await readNow(source);
    truncateSync(file.file, 3);
    await expect(source.read(10, 0, never)).rejects.toMatchObject({ code: 'DATA_LOSS' });
    await source.close();
    await expect(opened(file, {}, 8n)).rejects.toMatchObject({ code: 'DATA_LOSS' });
    writeFileSync(file.file, 'other content, longer\n');
    await expect(opened(file, {}, 8n)).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringContaining('no line begins at byte 8') as unknown,
    });
  });

  it('notices that another file is in its place', async () => {
    const file = given('aaa\n');
    const source = await opened(file);
    await readNow(source);
    renameSync(file.file, `${file.file}.1`);
    writeFileSync(file.file, 'new\nlines\n');
    await expect(source.read(10, 5000, never)).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringContaining('another file') as unknown,
    });
    await source.close();
  });

  it('names a file that is not there, and a folder', async () => {
    await expect(opened(given())).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/in\.json does not exist/) as unknown,
    });
    const folder = given();
    mkdirSync(folder.file);
    await expect(opened(folder)).rejects.toMatchObject({ code: 'SOURCE_FAILED' });
  });
});

describe('file sink', () => {
  const table = tableOf('file', { path: 'out/rows.json', format: 'json' }, { id: 'int' });
  const content = ({ baseDir }: TestContext): string =>
    readFileSync(path.join(baseDir, 'out/rows.json'), 'utf8');

  it('writes a row a line, in new folders, whatever lies between the rows', async () => {
    const context = newContext();
    const sink = makeSink(table, context);
    await sink.open(undefined);
    await sink.write(rowBatch(['{"id":1}', '{"id":2}']), never);
    await sink.write(rowBatch(['{"id":3}', '{"id":4}'], '\n'), never);
    expect(await sink.flush(never)).toBe('36');
    await sink.close();
    expect(content(context)).toBe('{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n');
  });

  it('cuts back what was not committed when it is killed', async () => {
    const context = newContext();
    const first = makeSink(table, context);
    await first.open(undefined);
    await first.write(rowBatch(['a', 'b']), never);
    const position = await first.flush(never);
    first.committed?.();
    await first.write(rowBatch(['uncommitted']), never);
    await first.flush(never);
    const second = makeSink(table, newContext(context.baseDir));
    await second.open(position);
    await second.write(rowBatch(['c']), never);
    await second.flush(never);
    expect(content(context)).toBe('a\nb\nc\n');
  });

  it('cuts back to what was there before, when it is killed before its first checkpoint', async () => {
    const context = newContext();
    mkdirSync(path.join(context.baseDir, 'out'));
    writeFileSync(path.join(context.baseDir, 'out/rows.json'), 'old\n');
    const first = makeSink(table, context);
    await first.open(undefined);
    await first.write(rowBatch(['lost']), never);
    await first.flush(never);
    const second = makeSink(table, newContext(context.baseDir));
    await second.open(undefined);
    await second.write(rowBatch(['kept']), never);
    const position = await second.flush(never);
    second.committed?.();
    await second.close();
    expect(content(context)).toBe('old\nkept\n');
    const third = makeSink(table, newContext(context.baseDir));
    await third.open(position);
    await third.close();
    expect(content(context)).toBe('old\nkept\n');
  });

  it('goes on, and says so, when somebody took the file away', async () => {
    const context = newContext();
    const sink = makeSink(table, context);
    await sink.open('500');
    await sink.write(rowBatch(['a']), never);
    expect(await sink.flush(never)).toBe('2');
    expect(context.logged).toEqual([expect.stringContaining('shorter than what was written')]);
  });

  it('writes a CSV header into an empty file only', async () => {
    const context = newContext();
    const options = { path: 'out/rows.json', format: 'csv', 'csv.header': 'true' };
    const csv = tableOf('file', options, { id: 'int', 'full, name': 'string' });
    for (const row of ['1,a', '2,b']) {
      const sink = makeSink(csv, context);
      await sink.open(
        existsSync(path.join(context.baseDir, 'out/rows.json')) ? String(content(context).length) : undefined,
      );
      await sink.write(rowBatch([row]), never);
      await sink.flush(never);
      await sink.close();
    }
    expect(content(context)).toBe('id,"full, name"\n1,a\n2,b\n');
  });

  it('names what is in the way', async () => {
    const context = newContext();
    mkdirSync(path.join(context.baseDir, 'out/rows.json'), { recursive: true });
    await expect(makeSink(table, context).open(undefined)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: expect.stringMatching(/rows\.json cannot be written: it is a folder\./) as unknown,
    });
  });
});
