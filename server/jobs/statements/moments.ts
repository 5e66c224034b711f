// PAUSE ... UNTIL TIMESTAMP: the moment a text names.
import type { Span } from '../../protocol/errors';
import { messages } from '../messages';
import { on } from '../scripts';

/**
 * The moment as ISO 8601. A text without a time zone is the server's local time, a text without a date is the next
 * such time from `now` (epoch ms).
 * @throws StreamJobsError BAD_REQUEST on the text
 */
export function momentOf(written: { text: string; span: Span }, now: number): string {
  const text = written.text.trim();
  const at = /^\d{1,2}:\d{2}(:\d{2})?$/.test(text) ? nextTime(text, now) : Date.parse(text.replace(' ', 'T'));
  if (Number.isNaN(at)) throw on(written.span, messages.untilUnreadable(written.text));
  if (at <= now) throw on(written.span, messages.untilPast(at));
  return new Date(at).toISOString();
}

function nextTime(text: string, now: number): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  const at = new Date(now);
  at.setHours(hours, minutes, seconds, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
