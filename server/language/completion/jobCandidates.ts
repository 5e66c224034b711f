// Job names for a place where one is expected: those the verb can act on first, those already listed not at all.
import { CompletionItemKind } from 'vscode-languageserver-types';
import { quoteName } from '../../analysis/suggest';
import type { JobBrief, JobState } from '../../protocol/jobs';
import { jobUses } from '../liveJobs/jobUses';
import { liveText } from '../liveJobs/jobWords';
import { canPause, canResume, type KnownJobs } from '../liveJobs/knownJobs';
import type { Script } from '../script';
import { rank, type Candidate } from './candidate';
import { wordsBefore, type Place } from './place';

/** The live jobs, then those that statements of the file make. */
export function jobNameCandidates(place: Place, script: Script, jobs: KnownJobs | undefined): Candidate[] {
  const live = liveCandidates(verbOf(wordsBefore(place)), jobs);
  const known = new Set(live.map(({ label }) => label));
  const others = jobsOfFile(script).filter((name) => !known.has(name));
  const made = others.map((name) => ({
    label: name,
    kind: CompletionItemKind.Event,
    rank: rank.table,
    detail: 'started in this file',
    insert: quoteName(name),
  }));
  return [...live, ...made].filter(({ label }) => !place.expected.jobs.includes(label));
}

function liveCandidates(verb: string, jobs: KnownJobs | undefined): Candidate[] {
  if (jobs === undefined) return [];
  const fits = fitting[verb] ?? (() => true);
  return [...jobs.byName.values()].map((job) => ({
    label: job.name,
    kind: CompletionItemKind.Event,
    rank: fits(job) ? rank.best : rank.table,
    detail: liveText(job, jobs),
    insert: quoteName(job.name),
    topic: { about: 'job', name: job.name },
  }));
}

/** The verb that says what is done to the job: of EXPLAIN that of what is explained, of SHOW the word that says what. */
function verbOf([first = '', second = '']: string[]): string {
  return first === 'EXPLAIN' || (first === 'SHOW' && second === 'DEAD') ? second : first;
}

/** The jobs to which a verb does something. */
const fitting: Record<string, (job: JobBrief) => boolean> = {
  PAUSE: ({ state }) => canPause(state) && state !== 'pausing',
  RESUME: ({ state }) => canResume(state) && state !== 'resuming',
  STOP: ({ state }) => !ended.has(state) && state !== 'stopping',
  RESTART: ({ state }) => ended.has(state),
  PEEK: ({ state }) => state === 'paused',
  ROLLBACK: ({ versions = [] }) => versions.some(({ state }) => state === 'previous' || state === 'canary'),
  DEAD: ({ deadLetters = 0 }) => deadLetters > 0,
  RETRY: ({ deadLetters = 0 }) => deadLetters > 0,
};

const ended = new Set<JobState>(['stopped', 'failed']);

function jobsOfFile(script: Script): string[] {
  const names = script.statements.flatMap(({ tree, pipelineName }) => {
    const uses = tree === undefined ? [] : jobUses(tree, pipelineName).uses;
    return uses.filter(({ action }) => action === 'start').map(({ name }) => name.text);
  });
  return [...new Set(names)].filter((name) => name !== '');
}
