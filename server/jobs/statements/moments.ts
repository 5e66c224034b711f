// PAUSE ... UNTIL and RESUME ... FROM TIMESTAMP: the moment a text names.
import { wrongMoment } from '../../analysis/bounds';
import { readMoment } from '../../analysis/moments';
import type { Span } from '../../protocol/errors';
import { messages } from '../messages';
import { on } from '../scripts';

interface Written {
  text: string;
  span: Span;
}

/**
 * A moment to come, as ISO 8601. A text without a time zone is the server's local time, a text without a date is the
 * next such time from `now` (epoch ms).
 * @throws StreamJobsError BAD_REQUEST on the text
 */
export function comingMoment(written: Written, now: number): string {
  const at = read(written, now, 1);
  if (at <= now) throw on(written.span, messages.untilPast(at));
  return new Date(at).toISOString();
}

/** A moment that may be past, as ISO 8601; a text without a date is the last such time before `now`. */
export function moment(written: Written, now: number): string {
  return new Date(read(written, now, -1)).toISOString();
}

function read({ text, span }: Written, now: number, direction: 1 | -1): number {
  const wrong = wrongMoment(text);
  if (wrong !== undefined) throw on(span, wrong);
  return readMoment(text, now, direction);
}
