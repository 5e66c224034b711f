// What a job needs of its cluster and is not given: refused before it is tried, and told from other errors afterwards.
import type { StreamJobsError } from '../../protocol/errors';
import type { ClusterReader } from './clusterReader';
import { notAllowed } from './errors';
import type { Subject } from './errors';
import { mayBeRefusal } from './rights';
import type { Right } from './rights';

export interface Needs {
  reader: ClusterReader;
  rights: readonly Right[];
  subject: Subject;
}

/** Throws SOURCE_FAILED or SINK_FAILED, of the subject's side, where one of the rights is not given. */
export async function refuseWithout({ reader, rights, subject }: Needs, cause?: unknown): Promise<void> {
  const missing = await reader.missingRight(rights);
  if (missing) throw notAllowed(missing, subject, cause);
}

/** The right that an error of kafkajs comes from, where it may come from one; else what `explain` makes of it. */
export async function refusalOr(
  error: unknown,
  needs: () => Promise<Needs | undefined>,
  explain: (error: unknown) => StreamJobsError,
): Promise<StreamJobsError> {
  try {
    const needed = mayBeRefusal(error) ? await needs() : undefined;
    if (needed) await refuseWithout(needed, error);
    return explain(error);
  } catch (refused) {
    return explain(refused);
  }
}
