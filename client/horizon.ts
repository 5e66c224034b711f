// When a paused job is about to lose unread records to retention: pure.
import type { JobSnapshot } from '../server/protocol/jobs';
import { span } from '../server/protocol/jobText';

/** So long before the first deletion the user is told, in ms. */
export const nearMs = 60 * 60_000;

/** What to say of a paused job whose oldest unread record will soon be deleted; undefined while there is time. */
export function horizonWarning(job: JobSnapshot, now: number): string | undefined {
  const { name, state, retentionHorizon } = job;
  if (state !== 'paused' || retentionHorizon === undefined) return undefined;
  const ms = Date.parse(retentionHorizon) - now;
  if (ms > nearMs) return undefined;
  const when = ms > 0 ? `in ${span(ms)}` : 'any moment now';
  return `Job ${name} is paused, and Kafka deletes the oldest record it has not read ${when}.`;
}
