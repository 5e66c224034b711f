// The memory a server may take, as people write it, and how it is divided.
import { prefetchBudget } from '../connectors/kafka/prefetchBudget';
import { memoryBudget } from '../engine/memoryBudget';
import { StreamJobsError } from '../protocol/errors';

/** Environment variable with the limit, where no argument says otherwise: `1GB`. */
export const memoryVariable = 'STREAM_JOBS_MEMORY';

const mebibyte = 1024 * 1024;
const bytesMin = 512 * mebibyte;
/** Node, the code, connections and JavaScript objects, measured with one idle job. */
const processBytes = 160 * mebibyte;
/** Of the rest: state of jobs, and records read ahead. What remains is for batches in hand and allocators' slack. */
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
  const part = (share: number): number | undefined =>
    bytes === undefined ? undefined : Math.floor((bytes - processBytes) * share);
  memoryBudget.limitTo(part(databasesShare));
  prefetchBudget.limitTo(part(prefetchShare));
}
