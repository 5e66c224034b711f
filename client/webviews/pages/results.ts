// The page of the results panel: chooses, filters and follows results.
import type { Cell } from '../../../server/protocol/results';
import { count } from '../../../server/protocol/jobText';
import type { FromPage, ResultInfo, ToPage } from '../results/messages';
import { RingBuffer } from '../results/ringBuffer';
import { filterRows } from '../results/tableText';
import { element, host } from './host';
import { ResultsTable } from './resultsTable';

/** Rows kept over a reload of the window, when the extension has forgotten them. */
const restoredRowsMax = 200;
const saveMs = 1000;

interface Saved {
  filter: string;
  last?: { info: ResultInfo; rows: Cell[][] };
}

const chooser = element('chooser') as HTMLSelectElement;
const filter = element('filter') as HTMLInputElement;
const follow = element('follow') as HTMLButtonElement;
const status = element('status');
const empty = element('empty');
const table = new ResultsTable(element('table'), {
  onScrollUp: () => setFollowing(false),
  copy: (text) => send({ type: 'copy', text }),
});

let results: ResultInfo[] = [];
let shown: string | undefined;
let rowsMax = 1000;
let rows = new RingBuffer<Cell[]>(rowsMax);
let following = true;
/** How many rows had come when the view was paused. */
let pausedAt = 0;
/** Rows that pass the filter. */
let matching = 0;
let drawing = 0;
let saving = 0;

function send(message: FromPage): void {
  host.postMessage(message);
}

function current(): ResultInfo | undefined {
  return results.find(({ id }) => id === shown);
}

function setFollowing(value: boolean): void {
  if (following === value || (!value && current()?.running !== true)) return;
  following = value;
  pausedAt = rows.total;
  if (value) draw();
  else drawStatus();
}

function receive(message: ToPage): void {
  switch (message.type) {
    case 'results': {
      results = message.results;
      rowsMax = message.rowsMax;
      drawChooser(message.shown);
      if (message.shown !== shown) show(message.shown);
      if (current()?.running === false) following = true;
      break;
    }
    case 'all':
      if (message.id !== shown) return;
      rows = new RingBuffer(rowsMax);
      rows.add(message.rows);
      rows.total += message.forgotten;
      drawSoon();
      break;
    case 'rows':
      if (message.id !== shown) return;
      rows.add(message.rows);
      if (following) drawSoon();
      break;
  }
  drawStatus();
  saveSoon();
}

function show(id: string | undefined): void {
  shown = id;
  following = true;
  rows = new RingBuffer(rowsMax);
  table.setColumns(current()?.columns ?? []);
  empty.hidden = current() !== undefined;
  if (id !== undefined) send({ type: 'fetch', id });
}

function drawChooser(selected: string | undefined): void {
  chooser.replaceChildren(
    ...[...results].reverse().map(({ id, title, running }) => {
      const option = document.createElement('option');
      option.value = id;
      option.textContent = running ? `● ${title}` : title;
      option.selected = id === selected;
      return option;
    }),
  );
  chooser.hidden = results.length === 0;
}

function drawSoon(): void {
  if (drawing !== 0) return;
  drawing = requestAnimationFrame(() => {
    drawing = 0;
    draw();
  });
}

function draw(): void {
  const found = filterRows(rows.toArray(), filter.value);
  matching = found.length;
  table.setRows(found);
  if (following && current()?.running === true) table.scrollToEnd();
  drawStatus();
}

function drawStatus(): void {
  const info = current();
  const running = info?.running === true;
  follow.hidden = !running;
  follow.textContent = following ? 'Pause' : `Follow (${count(rows.total - pausedAt)} new)`;
  follow.setAttribute('aria-pressed', String(!following));
  const parts = [
    filter.value.trim() === ''
      ? `${count(rows.total)} ${rows.total === 1 ? 'row' : 'rows'}`
      : `${count(matching)} of ${count(rows.length)} rows`,
    rows.forgotten > 0 ? `the last ${count(rows.length)} kept` : '',
    info !== undefined && info.skipped > 0 ? `${count(info.skipped)} left out` : '',
    running ? 'running' : (info?.note ?? ''),
  ];
  status.textContent = info === undefined ? '' : parts.filter((part) => part !== '').join(' · ');
}

function saveSoon(): void {
  if (saving !== 0) return;
  saving = window.setTimeout(() => {
    saving = 0;
    const info = current();
    const last = info && { info, rows: rows.toArray().slice(-restoredRowsMax) };
    const saved: Saved = last === undefined ? { filter: filter.value } : { filter: filter.value, last };
    host.setState(saved);
  }, saveMs);
}

/** Shows what was there before the window was reloaded, until something runs. */
function restore(): void {
  const saved = host.getState() as Saved | undefined;
  filter.value = saved?.filter ?? '';
  send({ type: 'filter', text: filter.value });
  if (saved?.last === undefined) return;
  const info = { ...saved.last.info, running: false, note: 'from before the reload' };
  results = [info];
  drawChooser(info.id);
  show(info.id);
  rows.add(saved.last.rows);
  draw();
}

chooser.addEventListener('change', () => send({ type: 'choose', id: chooser.value }));
filter.addEventListener('input', () => {
  send({ type: 'filter', text: filter.value });
  draw();
  saveSoon();
});
follow.addEventListener('click', () => setFollowing(!following));
window.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'f') {
    filter.focus();
    event.preventDefault();
  } else if (event.key === 'Escape' && document.activeElement === filter) {
    filter.value = '';
    filter.dispatchEvent(new Event('input'));
  }
});
window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => receive(data));
restore();
send({ type: 'ready' });
