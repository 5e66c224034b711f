// Whether a database is the one a job left: a job that has begun never begins again in silence, because its file is gone,
// is empty, belongs to another job, or is an older copy.
import { statSync } from 'node:fs';
import { StreamJobsError } from '../protocol/errors';
import type { Checkpoint } from './checkpoint';
import type { JobSpec } from './engine';

type Known = Pick<JobSpec, 'name' | 'databasePath' | 'owner' | 'begun' | 'shadow'>;

/** Before a database is opened, which would create it. @throws StreamJobsError STATE_CORRUPT */
export function refuseMissing({ name, databasePath, begun, shadow }: Known): void {
  if (begun === undefined || shadow === true) return;
  const size = statSync(databasePath, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw lost(name, `its file ${databasePath} is gone`);
  if (size === 0) throw lost(name, `its file ${databasePath} is empty`);
}

/** What was read from the job's database, undefined for nothing. @throws StreamJobsError STATE_CORRUPT */
export function refuseForeign(known: Known, stored: Checkpoint | undefined): void {
  const { name, databasePath, owner, begun, shadow } = known;
  if (stored?.owner !== undefined && owner !== undefined && stored.owner !== owner)
    throw lost(name, `${databasePath} holds the state of another job`);
  if (begun === undefined || shadow === true) return;
  if (stored === undefined) throw lost(name, `its file ${databasePath} holds nothing of it`);
  const { batches } = stored.counters;
  if (batches < begun.batches)
    throw lost(
      name,
      `${databasePath} is an older copy, of ${batches} batches, and the job had committed ${begun.batches}`,
    );
}

function lost(name: string, why: string): StreamJobsError {
  return new StreamJobsError('STATE_CORRUPT', `The state of ${name} is lost: ${why}.`, {
    hint: 'Put back the file as the job left it, from a copy, or DROP JOB and start it again.',
  });
}
