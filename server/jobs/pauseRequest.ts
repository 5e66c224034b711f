// What a user asked of a pause, checked.
import { wrongLength, wrongMoment, wrongReason } from '../analysis/bounds';
import { readMoment } from '../analysis/moments';
import type { PauseOptions } from '../protocol/rpc';
import { messages } from './messages';
import type { PauseRequest } from './store';

/** `now` is epoch ms. @throws StreamJobsError BAD_REQUEST */
export function pauseRequest(options: PauseOptions, now: number): PauseRequest {
  const { by, reason, forMs, until } = options;
  const wrong =
    (reason === undefined ? undefined : wrongReason(reason)) ??
    (forMs === undefined ? undefined : wrongLength(forMs)) ??
    (until === undefined ? undefined : wrongMoment(until));
  if (wrong !== undefined) throw wrong;
  const end = endOf(options, now);
  return {
    at: now,
    by,
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(end === undefined ? {} : { until: end }),
    ...(forMs === undefined ? {} : { forMs }),
  };
}

function endOf({ forMs, until }: PauseOptions, now: number): number | undefined {
  if (forMs !== undefined) return now + forMs;
  if (until === undefined) return undefined;
  const at = readMoment(until, now, 1);
  if (at <= now) throw messages.untilPast(at);
  return at;
}
