// Dead letters and versions of a job as HTML.
import type { JobDetails } from '../../../server/protocol/jobs';
import { count } from '../../../server/protocol/jobText';
import type { Cell } from '../../../server/protocol/results';
import { can } from '../../views/jobRow';
import type { TableRow } from './detailsTables';
import { escapeHtml, table, type Html } from './html';

/** Letters shown; SHOW DEAD LETTERS has more. */
const lettersShown = 20;

export function lettersHtml(job: JobDetails, letters: readonly TableRow[]): string {
  const { kept = 0, dropped = 0 } = job.deadLetters ?? {};
  if (kept + dropped === 0) return '';
  const retriable = can(job, 'canRetryLetters');
  const rows = letters
    .slice(0, lettersShown)
    .map((letter): (string | Html)[] => [
      text(letter.number),
      [text(letter.stream), text(letter.partition)].join(' ').trim(),
      text(letter.offset),
      text(letter.error),
      text(letter.key),
      { html: `<code>${escapeHtml(text(letter.value))}</code>` },
      text(letter.attempts),
      retriable ? retryButton(text(letter.number)) : '',
    ]);
  const columns = ['Number', 'From', 'Offset', 'Error', 'Key', 'Value', 'Tried', ''];
  const notes = [
    kept > rows.length ? `The newest ${rows.length} of ${count(kept)}.` : '',
    dropped > 0 ? `${count(dropped)} older ones made room for newer ones.` : '',
    retriable || kept === 0 ? '' : 'They can be tried again while the job runs.',
  ].filter((note) => note !== '');
  const note = notes.length === 0 ? '' : `<p class="quiet">${notes.join(' ')}</p>`;
  const all = retriable ? `<p>${button('streamJobs.retryDeadLetters', 'Retry All')}</p>` : '';
  return table('Dead letters', columns, rows) + note + all;
}

export function versionsHtml(versions: readonly TableRow[]): string {
  const [first] = versions;
  if (first === undefined) return '';
  const columns = Object.keys(first).filter((column) => column !== 'job' && column !== 'name');
  const title = (column: string) => column.charAt(0).toUpperCase() + column.slice(1).replaceAll('_', ' ');
  return table(
    'Versions',
    columns.map(title),
    versions.map((version) => columns.map((column) => text(version[column]))),
  );
}

function retryButton(number: string): Html {
  const label = `Retry dead letter ${number}`;
  const html = `<button type="button" data-command="streamJobs.retryDeadLetter" data-argument="${escapeHtml(number)}" aria-label="${escapeHtml(label)}">Retry</button>`;
  return { html };
}

function button(command: string, label: string): string {
  return `<button type="button" data-command="${command}">${label}</button>`;
}

function text(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell);
}
