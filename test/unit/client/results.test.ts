// Results: bounded rows, order, what is exported.
import { describe, expect, it } from 'vitest';
import { ResultsModel } from '../../../client/webviews/results/resultsModel';
import { RingBuffer } from '../../../client/webviews/results/ringBuffer';
import { filterRows, toCsv, toJson, toTsv } from '../../../client/webviews/results/tableText';

it('a ring buffer keeps the last, in order, and counts all', () => {
  const buffer = new RingBuffer<number>(3);
  buffer.add([1, 2]);
  expect(buffer.toArray()).toEqual([1, 2]);
  buffer.add([3, 4, 5, 6, 7]);
  expect([buffer.toArray(), buffer.total, buffer.forgotten]).toEqual([[5, 6, 7], 7, 4]);
});

describe('export', () => {
  const columns = ['id', 'note'];
  it('as CSV quotes what must be, and tells NULL from an empty text', () => {
    const rows = [
      [1, 'plain'],
      ['9007199254740993', 'a "b", c'],
      [null, 'two\nlines'],
      [true, ''],
      [0, null],
    ];
    expect(toCsv(columns, rows)).toBe(
      'id,note\r\n1,plain\r\n9007199254740993,"a ""b"", c"\r\n,"two\nlines"\r\ntrue,""\r\n0,\r\n',
    );
  });
  it('as JSON loses no column, even of the same name', () => {
    const text = toJson(['n', 'n'], [[1, null]]);
    expect(JSON.parse(text)).toEqual([{ n: 1, n_2: null }]);
    expect(JSON.parse(toJson(columns, []))).toEqual([]);
  });
  it('for the clipboard keeps one line a row', () => {
    expect(toTsv(columns, [[1, 'a\tb\nc']])).toBe('id\tnote\n1\ta b c');
  });
});

it.each([
  ['', [0, 1, 2]],
  ['ALI', [0]],
  ['  bob ', [1]],
  ['12', [0, 2]],
  ['nobody', []],
])('filter %j finds rows %j', (text, expected) => {
  const rows = [
    [12, 'Alice'],
    [3, 'Bob'],
    [120, null],
  ];
  expect(filterRows(rows, text).map((row) => rows.indexOf(row))).toEqual(expected);
});

describe('the results', () => {
  const opened = (rowsMax = 3) => {
    const cancelled: string[] = [];
    const model = new ResultsModel(
      () => rowsMax,
      (id) => cancelled.push(id),
    );
    return { model, cancelled };
  };

  it('show rows that came before the answer that names their query', () => {
    const { model } = opened();
    model.add({ id: 'p1', rows: [[1]], skipped: 0 });
    model.openPreview('p1', 'SELECT *\n FROM t', ['id']);
    model.add({ id: 'p1', rows: [[2], [3], [4]], skipped: 5, done: { reason: 'limit' } });
    expect(model.rows('p1')).toEqual({ rows: [[2], [3], [4]], forgotten: 1 });
    expect(model.current).toEqual({
      id: 'p1',
      title: 'SELECT * FROM t',
      columns: ['id'],
      running: false,
      total: 4,
      skipped: 5,
      note: 'limit reached',
    });
  });

  it('are the last ten; a query that is pushed out is stopped', () => {
    const { model, cancelled } = opened();
    model.openPreview('p1', 'SELECT 1', ['a']);
    for (let n = 0; n < 10; n++) model.openTable(`SHOW ${n}`, ['a'], [[n]]);
    expect([model.list().length, cancelled]).toEqual([10, ['p1']]);
    model.add({ id: 'p1', rows: [[9]], skipped: 0 });
    expect(model.rows('p1').rows).toEqual([]);
  });

  it('of print sinks wait in the list while something else is looked at, and are no query to stop', () => {
    const { model, cancelled } = opened();
    model.openTable('SHOW JOBS', ['name'], [['a']]);
    model.print('revenue', ['out> 1', 'out> 2']);
    model.print('revenue', ['out> 3', 'out> 4']);
    expect([model.shown, model.list().map(({ title }) => title)]).toEqual([
      'table-1',
      ['SHOW JOBS', 'revenue prints'],
    ]);
    expect(model.rows('print-revenue')).toEqual({ rows: [['out> 2'], ['out> 3'], ['out> 4']], forgotten: 1 });
    model.clear();
    expect(cancelled).toEqual([]);
  });

  it('end when the server leaves, and stop what runs when cleared', () => {
    const { model, cancelled } = opened();
    model.openPreview('p1', 'SELECT 1', ['a']);
    model.lost();
    expect([model.current?.running, model.current?.note]).toEqual([false, 'the server left']);
    model.openPreview('p2', 'SELECT 2', ['a']);
    model.clear();
    expect([model.list(), cancelled]).toEqual([[], ['p2']]);
  });
});
