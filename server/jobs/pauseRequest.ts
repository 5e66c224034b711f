// What a user asked of a pause, checked.
import type { PauseOptions } from '../protocol/rpc';
import type { JobLimits } from './limits';
import { messages } from './messages';
import type { PauseRequest } from './store';

/** `now` is epoch ms. @throws StreamJobsError BAD_REQUEST */
export function pauseRequest(options: PauseOptions, now: number, limits: JobLimits): PauseRequest {
  const { by, reason } = options;
  if (reason !== undefined && reason.length > limits.reasonCharsMax) {
    throw messages.reasonTooLong(limits.reasonCharsMax);
  }
  const until = endOf(options, now);
  return {
    at: now,
    by,
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(until === undefined ? {} : { until }),
    ...(options.forMs === undefined ? {} : { forMs: options.forMs }),
  };
}

function endOf({ forMs, until }: PauseOptions, now: number): number | undefined {
  if (forMs !== undefined) {
    if (!(forMs > 0)) throw messages.forNotPositive();
    return now + forMs;
  }
  if (until === undefined) return undefined;
  const at = Date.parse(until);
  if (Number.isNaN(at)) throw messages.untilUnreadable(until);
  if (at <= now) throw messages.untilPast(at);
  return at;
}
