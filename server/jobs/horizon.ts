// The retention horizon of a paused job: when the log deletes what it has not read, and when that is worth a warning.
import { span } from '../protocol/jobText';
import { moment, written } from './messages';

const nearMs = 3_600_000;
/** Of the time from the pause to the horizon. */
const nearShare = 0.2;

/** Less than an hour is left, or less than a fifth of the time there was when the pause began. Epoch ms. */
export function isNear(horizon: number, pausedAt: number, now: number): boolean {
  const left = horizon - now;
  return left < nearMs || left < (horizon - pausedAt) * nearShare;
}

/** What a person should know and do; undefined while there is time. Epoch ms. */
export function horizonWarning(
  name: string,
  horizon: number | null,
  pausedAt: number,
  now: number,
): string | undefined {
  if (horizon === null || !isNear(horizon, pausedAt, now)) return undefined;
  const left = horizon - now;
  const when = left > 0 ? `from ${moment(horizon)} on (in ${span(left)})` : 'at any moment now';
  return `Retention deletes unread records ${when}: RESUME JOB ${written(name)} before that, or keep them longer (retention.ms, retention.bytes of the topic).`;
}
