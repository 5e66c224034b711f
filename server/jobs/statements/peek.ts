// PEEK JOB: the records a job would process next, in the order a step takes them.
import { wrongPeek } from '../../analysis/bounds';
import type { NextRecord } from '../../engine/engine';
import type { PeekedRecord } from '../../protocol/rpc';
import type { PeekJob } from '../../syntax/ast';
import type { Job } from '../job';
import { on } from '../scripts';
import { readable, shownBytesMax } from './bytesText';
import { tabled, type Outcome, type StatementContext } from './context';

const recordsDefault = 10;
const columns = ['stream', 'partition', 'offset', 'timestamp', 'key', 'value'];

export async function peekJob({ name, limit }: PeekJob, { jobs }: StatementContext): Promise<Outcome> {
  try {
    const records = await nextRecordsOf(jobs.get(name.text), limit?.count);
    const rows = records.map(({ stream, partition, offset, timestamp, key, value }) => [
      stream,
      partition,
      offset,
      timestamp,
      key,
      value,
    ]);
    const outcome = tabled(columns, rows, 'record');
    return rows.length > 0 ? outcome : { ...outcome, message: `${name.text} has nothing to process now.` };
  } catch (error) {
    throw on(name.span, error);
  }
}

/** @throws StreamJobsError BAD_REQUEST for a limit out of bounds, SOURCE_UNAVAILABLE, SOURCE_FAILED */
export async function nextRecordsOf(job: Job, records = recordsDefault): Promise<PeekedRecord[]> {
  const wrong = wrongPeek(records);
  if (wrong !== undefined) throw wrong;
  // One byte more tells what is cut from what is not.
  return (await job.peek({ records, bytesMax: shownBytesMax + 1 })).map(shown);
}

function shown({ stream, partition, offset, timestamp, key, value }: NextRecord): PeekedRecord {
  return {
    stream,
    partition,
    offset: String(offset),
    timestamp: timestamp === null ? null : new Date(timestamp).toISOString(),
    key: beginning(key),
    value: beginning(value),
  };
}

function beginning(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  const isCut = bytes.length > shownBytesMax;
  return readable({ bytes: bytes.subarray(0, shownBytesMax), size: isCut ? null : bytes.length });
}
