// How a pipeline's work ends: in time, or with which error.
import { StreamJobsError } from '../protocol/errors';
import { isCorrupt, kindOf, reasonOf } from './database';

/** Whether a promise ends before the signal fires. */
export async function endsBefore(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  let fired: () => void = () => undefined;
  const aborted = new Promise<false>((resolve) => {
    fired = () => resolve(false);
  });
  if (signal.aborted) fired();
  signal.addEventListener('abort', fired);
  try {
    return await Promise.race([promise.then(() => true), aborted]);
  } finally {
    signal.removeEventListener('abort', fired);
  }
}

/** The error to show for one of DuckDB's in the middle of a batch. */
export function asJobError(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const reason = reasonOf(error);
  if (isCorrupt(error))
    return new StreamJobsError('STATE_CORRUPT', `The job's state cannot be read: ${reason}`, {
      hint: 'DROP JOB and start it again, or restore its file from a copy.',
      cause: error,
    });
  switch (kindOf(error)) {
    case 'storage':
    case 'invalidated':
      return new StreamJobsError('STORAGE', `The job's state cannot be written: ${reason}`, { cause: error });
    case 'memory':
      return new StreamJobsError('MEMORY_LIMIT', `The job needs more memory than it may take: ${reason}`, {
        hint: "Smaller windows, fewer keys or a smaller 'batch.records' need less; --memory-limit or streamJobs.memoryLimit allows more.",
        cause: error,
      });
    case 'data':
      return new StreamJobsError('BAD_RECORD', `The query failed on its own state: ${reason}`, {
        hint: 'A sum may be too large for its type: CAST the argument to a wider one.',
        cause: error,
      });
    default:
      return new StreamJobsError('INTERNAL', `The query failed: ${reason}`, { cause: error });
  }
}
