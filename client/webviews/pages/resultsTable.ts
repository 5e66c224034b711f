// A table that draws only the rows in sight: any number of rows costs the same.
import type { Cell } from '../../../server/protocol/results';
import { cellText, toTsv } from '../results/tableText';

const rowHeight = 22;
/** Rows drawn beyond the visible ones, above and below. */
const spareRows = 8;
const columnCharactersMin = 4;
const columnCharactersMax = 60;
/** Browsers cannot lay out taller elements. */
const bodyHeightMax = 15_000_000;

export class ResultsTable {
  private columns: string[] = [];
  private rows: readonly Cell[][] = [];
  private widths: number[] = [];
  private active = -1;
  private anchor = -1;
  private frame = 0;
  private readonly header = document.createElement('div');
  private readonly body = document.createElement('div');

  /** `onScrollUp`: the user looks at older rows; `copy`: takes text for the clipboard. */
  constructor(
    private readonly scroller: HTMLElement,
    private readonly events: { onScrollUp(): void; copy(text: string): void },
  ) {
    this.header.className = 'header row';
    this.header.setAttribute('role', 'row');
    this.body.className = 'body';
    this.body.setAttribute('role', 'rowgroup');
    scroller.append(this.header, this.body);
    scroller.setAttribute('role', 'grid');
    scroller.tabIndex = 0;
    scroller.addEventListener('scroll', () => this.schedule());
    scroller.addEventListener('wheel', ({ deltaY }) => {
      if (deltaY < 0) events.onScrollUp();
    });
    scroller.addEventListener('keydown', (event) => this.onKey(event));
    this.body.addEventListener('mousedown', (event) => this.onClick(event));
    new ResizeObserver(() => this.schedule()).observe(scroller);
  }

  /** Starts over with another result's columns. */
  setColumns(columns: string[]): void {
    this.columns = columns;
    this.widths = columns.map((column) => clamp(column.length));
    this.scroller.scrollTop = 0;
    this.setRows([]);
  }

  setRows(rows: readonly Cell[][]): void {
    this.rows = rows;
    // The rows that were selected are no longer where they were.
    this.active = this.anchor = -1;
    this.scroller.setAttribute('aria-rowcount', String(rows.length + 1));
    this.body.style.height = `${Math.min(rows.length * rowHeight, bodyHeightMax)}px`;
    this.schedule();
  }

  scrollToEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spareRows);
    const last = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + spareRows);
    const shown = this.rows.slice(first, last);
    this.grow(shown);
    this.scroller.style.setProperty('--columns', this.widths.map((width) => `${width}ch`).join(' '));
    this.header.replaceChildren(...this.columns.map((column) => cellElement(column, 'columnheader')));
    this.body.replaceChildren(...shown.map((row, i) => this.rowElement(row, first + i)));
    this.body.style.minWidth = `${this.header.scrollWidth}px`;
  }

  /** Columns only grow, so that the table does not jump while rows stream in. */
  private grow(rows: readonly Cell[][]): void {
    for (const row of rows) {
      this.widths = this.widths.map((width, i) => Math.max(width, clamp(cellText(row[i]).length)));
    }
  }

  private rowElement(row: Cell[], index: number): HTMLElement {
    const element = document.createElement('div');
    const selected = this.isSelected(index);
    element.className = `row${selected ? ' selected' : ''}${index === this.active ? ' active' : ''}`;
    element.style.top = `${index * rowHeight}px`;
    element.dataset.index = String(index);
    element.setAttribute('role', 'row');
    element.setAttribute('aria-rowindex', String(index + 2));
    element.setAttribute('aria-selected', String(selected));
    element.append(
      ...this.columns.map((_, i) => {
        const value = row[i] ?? null;
        const cell = cellElement(value === null ? 'NULL' : cellText(value), 'gridcell');
        if (value === null) cell.classList.add('null');
        if (typeof value === 'number') cell.classList.add('number');
        return cell;
      }),
    );
    return element;
  }

  private isSelected(index: number): boolean {
    return (
      this.active >= 0 &&
      index >= Math.min(this.anchor, this.active) &&
      index <= Math.max(this.anchor, this.active)
    );
  }

  private onClick(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest('.row') : null;
    if (row instanceof HTMLElement) this.select(Number(row.dataset.index), event.shiftKey);
  }

  private onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / rowHeight) - 2);
    const moves: Partial<Record<string, number>> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: this.rows.length - 1,
    };
    const command = event.ctrlKey || event.metaKey;
    const to = moves[event.key];
    if (to !== undefined) this.select(to, event.shiftKey);
    else if (command && event.key === 'a') this.selectAll();
    else if (command && event.key === 'c') this.copySelected();
    else return;
    event.preventDefault();
  }

  private select(index: number, extend: boolean): void {
    if (this.rows.length === 0) return;
    const to = Math.max(0, Math.min(this.rows.length - 1, index));
    // Rows under the selection must not move.
    this.events.onScrollUp();
    this.active = to;
    if (!extend || this.anchor < 0) this.anchor = to;
    const top = to * rowHeight;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + 2 * rowHeight > scrollTop + clientHeight) {
      this.scroller.scrollTop = top + 2 * rowHeight - clientHeight;
    }
    this.schedule();
  }

  private selectAll(): void {
    this.events.onScrollUp();
    this.anchor = 0;
    this.active = this.rows.length - 1;
    this.schedule();
  }

  private copySelected(): void {
    if (this.active < 0) return;
    const selected = this.rows.filter((_, i) => this.isSelected(i));
    this.events.copy(toTsv(this.columns, selected));
  }
}

function cellElement(text: string, role: string): HTMLElement {
  const cell = document.createElement('span');
  cell.setAttribute('role', role);
  cell.textContent = text;
  cell.title = text;
  return cell;
}

function clamp(length: number): number {
  return Math.max(columnCharactersMin, Math.min(columnCharactersMax, length)) + 2;
}
