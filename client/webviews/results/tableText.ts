// Rows as text: for the filter, the clipboard and the files a result is exported to.
import type { Cell } from '../../../server/protocol/results';

/** A value as a person reads it. */
export function cellText(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '' : String(cell);
}

/** The rows in which some cell contains `filter`, whatever the case. An empty filter keeps all. */
export function filterRows<R extends readonly Cell[]>(rows: readonly R[], filter: string): readonly R[] {
  const wanted = filter.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter((row) => row.some((cell) => cellText(cell).toLowerCase().includes(wanted)));
}

/** RFC 4180: fields with a comma, quote or line break are quoted, lines end with CRLF; NULL is an empty field. */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const field = (cell: Cell | undefined) => {
    const text = cellText(cell);
    // An empty text is told from NULL by its quotes.
    if (cell === '') return '""';
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** An array of objects. Columns of the same name are numbered, so that none is lost. */
export function toJson(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const names = uniqueNames(columns);
  const objects = rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])));
  return `[\n${objects.map((object) => JSON.stringify(object)).join(',\n')}\n]\n`;
}

/** Tab-separated, as spreadsheets paste it. Tabs and line breaks inside a value become spaces. */
export function toTsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (row: readonly Cell[]) =>
    row.map((cell) => cellText(cell).replace(/[\t\r\n]+/g, ' ')).join('\t');
  return [columns, ...rows].map(line).join('\n');
}

function uniqueNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let n = 2; taken.has(name); n++) name = `${column}_${n}`;
    taken.add(name);
    return name;
  });
}
