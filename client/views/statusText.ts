// The status bar's one line about all jobs.
import type { JobSnapshot } from '../../server/protocol/jobs';
import { lagText, short } from '../../server/protocol/jobText';

export interface StatusText {
  text: string;
  /** In words, for the tooltip and screen readers. */
  label: string;
}

/** `$(debug-pause) 2 paused · lag 8.4k`; what needs a look comes first. Undefined while there are no jobs. */
export function statusText(jobs: readonly JobSnapshot[]): StatusText | undefined {
  const inState = (state: JobSnapshot['state']) => jobs.filter((job) => job.state === state);
  const failed = inState('failed').length;
  const paused = inState('paused');
  const running = inState('running').length;
  if (jobs.length === 0) return undefined;
  const label = `Stream Jobs: ${failed} failed, ${paused.length} paused, ${running} running`;
  const parts = failed > 0 ? [`${failed} failed`] : [];
  if (paused.length > 0) {
    parts.push(`${paused.length} paused`, totalLag(paused));
  }
  if (parts.length > 0) {
    const icon = failed > 0 ? 'error' : 'debug-pause';
    return { text: `$(${icon}) ${parts.join(' · ')}`, label: `${label}; ${parts.at(-1) ?? ''}` };
  }
  return { text: running > 0 ? `$(sync) ${running} running` : `$(debug-stop) ${jobs.length} stopped`, label };
}

/** `lag 8.4k`, with files `lag 8.4k + 3k bytes`: the sum of each kind; unknown when one is unknown. */
function totalLag(jobs: readonly JobSnapshot[]): string {
  const sums = new Map<string, number>();
  for (const { lag, lagUnit } of jobs) {
    if (lag === null) return lagText({ lag });
    const unit = lagUnit === undefined ? '' : ` ${lagUnit}`;
    if (lag > 0) sums.set(unit, (sums.get(unit) ?? 0) + lag);
  }
  return `lag ${sums.size === 0 ? '0' : [...sums].map(([unit, lag]) => short(lag) + unit).join(' + ')}`;
}
