// Pieces of HTML: every text that comes from a job or a user goes through `escapeHtml`.

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A cell that is HTML already. */
export interface Html {
  html: string;
}

/** A heading and a table below it; nothing without rows. */
export function table(title: string, columns: string[], rows: (string | Html)[][]): string {
  if (rows.length === 0) return '';
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const cell = (content: string | Html) => (typeof content === 'string' ? escapeHtml(content) : content.html);
  const lines = rows.map((row) => `<tr>${row.map((each) => `<td>${cell(each)}</td>`).join('')}</tr>`);
  return `<h2>${escapeHtml(title)}</h2><table><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
