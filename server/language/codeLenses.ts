// The lenses above every statement: run it; and for the job it is about, its live state with the one action that
// makes sense now.
import type { CodeLens, Command, Range } from 'vscode-languageserver-types';
import { singleJob } from './liveJobs/jobUses';
import { liveText } from './liveJobs/jobWords';
import { canPause, isTransition, type KnownJobs } from './liveJobs/knownJobs';
import { rangeOfStatement, type Script } from './script';
import type { JobBrief } from '../protocol/jobs';

export function codeLenses(script: Script, jobs: KnownJobs | undefined): CodeLens[] {
  return script.statements.flatMap((statement) => {
    const range = rangeOfStatement(script, statement);
    const { tree } = statement;
    const run = command('Run', 'streamJobs.runStatement', [script.document.uri, range]);
    const name = tree && singleJob(tree, statement.pipelineName);
    const job = name === undefined ? undefined : jobs?.byName.get(name);
    const about = job === undefined || jobs === undefined ? [] : jobCommands(job, jobs);
    return [run, ...about].map((each) => lens(range, each));
  });
}

function jobCommands(job: JobBrief, jobs: KnownJobs): Command[] {
  // An empty command id is shown as plain text.
  const state = command(`${job.name} · ${liveText(job, jobs)}`, '');
  if (isTransition(job.state)) return [state];
  const details = command('Details', 'streamJobs.showJobDetails', [job.name]);
  if (canPause(job.state)) return [state, command('Pause', 'streamJobs.pauseJob', [job.name]), details];
  if (job.state === 'paused') return [state, command('Resume', 'streamJobs.resumeJob', [job.name]), details];
  return [state, details];
}

function command(title: string, id: string, args?: unknown[]): Command {
  return args === undefined ? { title, command: id } : { title, command: id, arguments: args };
}

/** On the statement's first line only, so that lenses of long statements stay with their beginning. */
function lens(range: Range, shown: Command): CodeLens {
  return { range: { start: range.start, end: range.start }, command: shown };
}
