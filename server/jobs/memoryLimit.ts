// The memory a server may take, as people write it, and how it is divided.
import { prefetchBudget } from '../connectors/kafka/prefetchBudget';
import { memoryBudget } from '../engine/memoryBudget';
import { StreamJobsError } from '../protocol/errors';

/** Environment variable with the limit, where no argument says otherwise: `1GB`. */
export const memoryVariable = 'STREAM_JOBS_MEMORY';

const mebibyte = 1024 * 1024;
const bytesMin = 256 * mebibyte;
/** State of jobs, and records read ahead; the rest is for everything else the process does. */
const databasesShare = 0.6;
const prefetchShare = 0.1;

/** Bytes of `512MB`, `1.5 GB`. @throws StreamJobsError BAD_OPTION */
export function parseMemory(text: string): number {
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([mg])i?b?\s*$/i.exec(text) ?? [];
  const bytes = Number(amount) * (unit.toLowerCase() === 'g' ? 1024 : 1) * mebibyte;
  if (!(bytes >= bytesMin))
    throw new StreamJobsError('BAD_OPTION', `'${text}' is no memory limit.`, {
      hint: `Write it as 512MB or 2GB, at least ${bytesMin / mebibyte}MB.`,
    });
  return bytes;
}

/** Divides it; undefined leaves each part its own limit. */
export function limitMemory(bytes: number | undefined): void {
  memoryBudget.limitTo(bytes === undefined ? undefined : Math.floor(bytes * databasesShare));
  prefetchBudget.limitTo(bytes === undefined ? undefined : Math.floor(bytes * prefetchShare));
}
