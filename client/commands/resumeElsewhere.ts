// Resuming elsewhere than where a job stands: behind records that were deleted unread, or from a chosen place. What
// would be skipped or read again is said before anything is done.
import { window } from 'vscode';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDataLoss } from '../../server/protocol/results';
import type { JobRequests } from '../host/jobRequests';
import type { JobStore } from '../host/jobStore';
import { showOutcome } from './outcome';
import { movesText, type ResumePlace } from './resumePlaces';

export function isDataLoss(error: unknown): error is StreamJobsError {
  return error instanceof StreamJobsError && error.code === 'DATA_LOSS';
}

/**
 * Resumes were refused because records were deleted: for one after the other the numbers, and the two ways on.
 * @returns whether all were resumed in one of them
 */
export async function offerToAccept(losses: readonly JobDataLoss[], requests: JobRequests): Promise<boolean> {
  let all = true;
  for (const loss of losses) all = (await offer(loss, requests)) && all;
  return all;
}

async function offer({ job, message }: JobDataLoss, requests: JobRequests): Promise<boolean> {
  const [accept, elsewhere] = ['Accept Data Loss', 'Resume from...'];
  const choice = await window.showWarningMessage(
    `Resume ${job} although unread records were deleted?`,
    { modal: true, detail: message },
    accept,
    elsewhere,
  );
  if (choice === undefined) return false;
  if (choice !== accept) return resumeFrom(job, requests);
  await resumeWith(job, 'ACCEPT DATA LOSS', requests);
  return true;
}

/** Asks where to go on, says what that means, and does it. False when the answer was to do nothing. */
export async function resumeFrom(name: string, requests: JobRequests, store?: JobStore): Promise<boolean> {
  const place = await askPlace(name);
  if (place === undefined) return false;
  const detail = movesText(place, store?.get(name)?.partitions ?? (await requests.details(name)).partitions);
  const answer = await window.showWarningMessage(
    `Resume ${name} from ${place.words}?`,
    { modal: true, detail },
    'Resume',
  );
  if (answer !== 'Resume') return false;
  await resumeWith(name, `FROM ${place.clause}`, requests);
  return true;
}

async function resumeWith(name: string, clause: string, requests: JobRequests): Promise<void> {
  const { message } = await requests.resumeWith(name, clause);
  showOutcome(message ?? `${name} resumed`);
}

async function askPlace(name: string): Promise<ResumePlace | undefined> {
  const places: (ResumePlace & { label: string; description: string })[] = [
    {
      label: 'Earliest',
      description: 'the first record the log still has',
      kind: 'earliest',
      words: 'the earliest record',
      clause: 'EARLIEST',
    },
    {
      label: 'Latest',
      description: 'only records that come from now on',
      kind: 'latest',
      words: 'the end of the log',
      clause: 'LATEST',
    },
  ];
  const timestamp = { label: 'A time...', description: 'the first record written at or after it' };
  const chosen = await window.showQuickPick([...places, timestamp], { title: `Resume ${name} from` });
  if (chosen !== timestamp) return places.find((place) => place === chosen);
  const typed = await window.showInputBox({
    title: `Resume ${name} from the first record at or after`,
    placeHolder: '2026-11-24 10:12:00',
    validateInput: (text) => (isTime(text) ? undefined : 'Give a time such as 2026-11-24 10:12:00 (UTC).'),
  });
  if (typed === undefined) return undefined;
  return { kind: 'timestamp', words: `${typed} UTC`, clause: `TIMESTAMP '${typed}'` };
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(text) && !Number.isNaN(Date.parse(text));
}
