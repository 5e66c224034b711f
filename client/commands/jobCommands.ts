// Pause, resume, stop, restart, drop and all that is done to jobs by name.
import { env, InputBoxValidationSeverity, window } from 'vscode';
import { asStreamJobsError } from '../../server/protocol/connect';
import type { StreamJobsError } from '../../server/protocol/errors';
import { lagText, span } from '../../server/protocol/jobText';
import type { JobDataLoss } from '../../server/protocol/results';
import type { JobRequests } from '../host/jobRequests';
import type { JobServerHost } from '../host/jobServerHost';
import type { JobStore } from '../host/jobStore';
import type { JobSync } from '../host/jobSync';
import { can } from '../views/jobRow';
import type { Commands } from './commands';
import { parseDuration } from './duration';
import type { JobPicker } from './pickJob';
import { showOutcome } from './outcome';
import { isDataLoss, offerToAccept } from './resumeElsewhere';

export interface JobCommandParts {
  commands: Commands;
  host: JobServerHost;
  store: JobStore;
  sync: JobSync;
  requests: JobRequests;
  picker: JobPicker;
}

export function registerJobCommands(parts: JobCommandParts): void {
  const { commands, store, requests, sync, host, picker } = parts;
  const pause = (names: string[], options: { reason?: string; forMs?: number; cold?: boolean } = {}) =>
    forEach(names, 'paused', (name) => requests.pause(name, options).then(lagText));
  const resume = async (names: string[]) => {
    const lost: JobDataLoss[] = [];
    await forEach(names, 'resumed', (name) =>
      requests.resume(name).then(lagText, (error: unknown) => {
        if (!isDataLoss(error)) throw error;
        lost.push({ job: name, message: error.message });
        return undefined;
      }),
    );
    await offerToAccept(lost, requests);
  };

  commands.register('streamJobs.pauseJob', async (...args) => {
    await pause(await picker.pick(args, { ability: 'canPause', title: 'Pause which job?' }));
  });
  commands.register('streamJobs.pauseJobWithReason', async (...args) => {
    const names = await picker.pick(args, { ability: 'canPause', title: 'Pause which job?' });
    const reason = names.length === 0 ? undefined : await askReason(names);
    if (reason !== undefined) await pause(names, reason === '' ? {} : { reason });
  });
  commands.register('streamJobs.pauseJobFor', async (...args) => {
    const names = await picker.pick(args, { ability: 'canPause', title: 'Pause which job?' });
    const forMs = names.length === 0 ? undefined : await askDuration(names);
    if (forMs !== undefined) await pause(names, { forMs });
  });
  commands.register('streamJobs.pauseJobCold', async (...args) => {
    await pause(
      await picker.pick(args, { ability: 'canGoCold', title: 'Pause which job, and free its memory?' }),
      {
        cold: true,
      },
    );
  });
  commands.register('streamJobs.resumeJob', async (...args) => {
    await resume(await picker.pick(args, { ability: 'canResume', title: 'Resume which job?' }));
  });
  commands.register('streamJobs.pauseAllJobs', async () => {
    await pause(await all('canPause'));
  });
  commands.register('streamJobs.resumeAllJobs', async () => {
    await resume(await all('canResume'));
  });
  commands.register('streamJobs.stopJob', async (...args) => {
    const names = await picker.pick(args, { ability: 'canStop', title: 'Stop which job?' });
    await forEach(names, 'stopped', (name) => requests.stop(name).then(() => ''));
  });
  commands.register('streamJobs.restartJob', async (...args) => {
    const names = await picker.pick(args, { ability: 'canRestart', title: 'Restart which job?' });
    await forEach(names, 'restarted', (name) => requests.restart(name).then(() => ''));
  });
  commands.register('streamJobs.dropJob', async (...args) => {
    const names = await picker.pick(args, { ability: 'canDrop', title: 'Drop which job?' });
    if (names.length === 0 || !(await confirmDrop(names))) return;
    await forEach(names, 'dropped', (name) => requests.drop(name).then(() => ''));
  });
  commands.register('streamJobs.copyJobName', async (...args) => {
    const names = await picker.pick(args, { title: 'Copy which name?' });
    if (names.length > 0) await env.clipboard.writeText(names.join('\n'));
  });
  commands.register('streamJobs.refreshJobs', async () => {
    await host.connect();
    await sync.refresh();
  });

  async function all(ability: string): Promise<string[]> {
    await host.connect();
    await sync.refresh();
    const names = store.list().flatMap((job) => (can(job, ability) ? [job.name] : []));
    if (names.length === 0) showOutcome(ability === 'canPause' ? 'No job is running.' : 'No job is paused.');
    return names;
  }
}

/** Asks for each job at once, `undefined` being an answer of which nothing is to be said; one failure does not stop the others. @throws the first error, naming the rest */
async function forEach(
  names: string[],
  done: string,
  request: (name: string) => Promise<string | undefined>,
): Promise<void> {
  const outcomes = await Promise.allSettled(names.map(request));
  const failures: StreamJobsError[] = [];
  const succeeded: string[] = [];
  outcomes.forEach((outcome, i) => {
    if (outcome.status === 'rejected') failures.push(asStreamJobsError(outcome.reason));
    else if (outcome.value !== undefined)
      succeeded.push([`${names[i] ?? ''} ${done}`, outcome.value].filter((part) => part !== '').join(' · '));
  });
  if (succeeded.length > 0) showOutcome(succeeded.join(', '));
  const [first] = failures;
  if (first) throw first;
}

function askReason(names: string[]): Thenable<string | undefined> {
  return window.showInputBox({
    title: `Pause ${names.join(', ')}`,
    prompt: 'Why? Kept in the pause history and shown beside the job.',
    placeHolder: 'index rebuild',
  });
}

async function askDuration(names: string[]): Promise<number | undefined> {
  const title = `Pause ${names.join(', ')} for`;
  const custom = 'Another time...';
  const offers = ['1 min', '5 min', '15 min', '1 h', '4 h', custom];
  const chosen = await window.showQuickPick(offers, {
    title,
    placeHolder: 'It resumes by itself after this.',
  });
  if (chosen !== custom) return chosen === undefined ? undefined : parseDuration(chosen);
  const typed = await window.showInputBox({
    title,
    placeHolder: '90 s, 10 min, 1 h 30 min',
    validateInput: (text) => {
      const ms = parseDuration(text);
      if (ms === undefined) return 'Give a time such as 90 s, 10 min or 2 h.';
      return { message: `Resumes in ${span(ms)}.`, severity: InputBoxValidationSeverity.Info };
    },
  });
  return typed === undefined ? undefined : parseDuration(typed);
}

async function confirmDrop(names: string[]): Promise<boolean> {
  const answer = await window.showWarningMessage(
    `Drop ${names.join(', ')}?`,
    { modal: true, detail: 'State, positions and pause history are deleted. What was written stays.' },
    'Drop',
  );
  return answer === 'Drop';
}
