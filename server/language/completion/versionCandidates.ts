// What may stand behind VERSION: for ROLLBACK a version the job has, for DEPLOY a name that is not taken.
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { JobBrief, VersionBrief } from '../../protocol/jobs';
import { nextVersion } from '../../protocol/jobText';
import type { KnownJobs } from '../liveJobs/knownJobs';
import { rank, type Candidate } from './candidate';
import { nameOf, wordsBefore, type Place } from './place';

/** Without quotes. */
export function versionCandidates(place: Place, jobs: KnownJobs | undefined): Candidate[] {
  const words = wordsBefore(place);
  const name = place.before[2];
  if (words.at(-1) !== 'VERSION' || name === undefined) return [];
  const job = jobs?.byName.get(nameOf(name));
  if (job === undefined) return [];
  if (words[0] === 'DEPLOY') return job.version === undefined ? [] : [newVersion(job, job.version)];
  return words[0] === 'ROLLBACK' ? others(job) : [];
}

/** Those that do not run; the ones that ran last are meant most often. */
function others({ versions = [] }: JobBrief): Candidate[] {
  return versions
    .filter(({ state }) => !running.has(state))
    .map(({ version, state }) => ({
      label: version,
      kind: CompletionItemKind.EnumMember,
      rank: state === 'previous' ? rank.best : rank.table,
      detail: state,
    }));
}

const running = new Set<VersionBrief['state']>(['active', 'canary', 'deploying']);

function newVersion(job: JobBrief, version: string): Candidate {
  return {
    label: nextVersion({ ...job, version }),
    kind: CompletionItemKind.EnumMember,
    rank: rank.best,
    detail: `${job.name} is at version ${version}`,
  };
}
