// Looking into a job and moving it by hand: stepping, next records, state, dead letters, versions.
import { window, workspace } from 'vscode';
import { count } from '../../server/protocol/jobText';
import type { Cell, StatementResult } from '../../server/protocol/results';
import { languageId } from '../editor/languageServer';
import { quoteName } from '../host/jobRequests';
import type { ScriptRunner } from '../editor/scriptRunner';
import type { JobCommandParts } from './jobCommands';
import { deployText } from './deployText';
import { showOutcome } from './outcome';
import { resumeFrom } from './resumeElsewhere';

/** Records that a look at the next ones shows. */
const peekRecords = 20;
/** Most records in one step. */
const stepMax = 1_000_000;

export function registerInsideCommands(parts: JobCommandParts & { runner: ScriptRunner }): void {
  const { commands, store, requests, runner, picker } = parts;
  const step = async (name: string, records: number) => {
    await requests.resumeWith(name, `FOR ${records} RECORDS`);
    showOutcome(records === 1 ? `${name}: one record` : `${name}: ${count(records)} records`);
  };

  commands.register('streamJobs.stepJob', async (...args) => {
    const name = await picker.one(args, { ability: 'canStep', title: 'Step which job?' });
    if (name !== undefined) await step(name, 1);
  });
  commands.register('streamJobs.stepJobBy', async (...args) => {
    const name = await picker.one(args, { ability: 'canStep', title: 'Step which job?' });
    const records = name === undefined ? undefined : await askRecords(name);
    if (name !== undefined && records !== undefined) await step(name, records);
  });
  commands.register('streamJobs.resumeJobFrom', async (...args) => {
    const name = await picker.one(args, { ability: 'canResume', title: 'Resume which job?' });
    if (name !== undefined) await resumeFrom(name, requests, store);
  });
  commands.register('streamJobs.peekJob', async (...args) => {
    const name = await picker.one(args, {
      ability: 'canPeek',
      title: 'Peek at the next records of which job?',
    });
    if (name !== undefined) await runner.runText(`PEEK JOB ${quoteName(name)} LIMIT ${peekRecords}`);
  });
  commands.register('streamJobs.queryJobState', async (...args) => {
    const name = await picker.one(args, { ability: 'canQuery', title: 'Query the state of which job?' });
    if (name === undefined) return;
    const query = `SELECT * FROM STATE OF JOB ${quoteName(name)}`;
    // One that keeps nothing is said so; else the query is there to be changed.
    if (await runner.runText(query)) await openStatement(`${query};\n`);
  });
  registerLetterCommands(parts);
  registerVersionCommands(parts);
}

function registerLetterCommands({
  commands,
  requests,
  sync,
  runner,
  picker,
}: JobCommandParts & { runner: ScriptRunner }): void {
  const retry = async (what: string, name: string) => {
    const { message } = await requests.run(`RETRY DEAD ${what} FOR ${quoteName(name)}`);
    await sync.refresh();
    showOutcome(message ?? 'Done.', 'mail');
  };
  commands.register('streamJobs.showDeadLetters', async (...args) => {
    const name = await picker.one(args, {
      ability: 'hasLetters',
      title: 'Show the dead letters of which job?',
    });
    if (name !== undefined) await runner.runText(`SHOW DEAD LETTERS FOR ${quoteName(name)}`);
  });
  commands.register('streamJobs.retryDeadLetters', async (...args) => {
    const name = await picker.one(args, {
      ability: 'canRetryLetters',
      title: 'Retry the dead letters of which job?',
    });
    if (name !== undefined) await retry('LETTERS', name);
  });
  // From the details: the job's name and the letter's number.
  commands.register('streamJobs.retryDeadLetter', async (...args) => {
    const name = await picker.one(args, {
      ability: 'canRetryLetters',
      title: 'Retry a dead letter of which job?',
    });
    if (name === undefined) return;
    const number = typeof args[1] === 'string' && /^\d+$/.test(args[1]) ? args[1] : await pickLetter(name);
    if (number !== undefined) await retry(`LETTER ${number}`, name);
  });

  async function pickLetter(name: string): Promise<string | undefined> {
    const letters = byColumn(await requests.run(`SHOW DEAD LETTERS FOR ${quoteName(name)}`));
    const items = letters.map((letter) => ({
      label: text(letter.number),
      description: text(letter.error),
      detail: text(letter.value),
    }));
    return (
      await window.showQuickPick(items, { title: `Retry which dead letter of ${name}?`, matchOnDetail: true })
    )?.label;
  }
}

function registerVersionCommands({
  commands,
  requests,
  sync,
  store,
  runner,
  picker,
}: JobCommandParts & { runner: ScriptRunner }): void {
  commands.register('streamJobs.showVersions', async (...args) => {
    const name = await picker.one(args, { title: 'Show the versions of which job?' });
    if (name !== undefined) await runner.runText(`SHOW VERSIONS FOR ${quoteName(name)}`);
  });
  commands.register('streamJobs.deployJob', async (...args) => {
    const name = await picker.one(args, { title: 'Deploy a new version of which job?' });
    const job = name === undefined ? undefined : store.get(name);
    if (job) await openStatement(deployText(job));
  });
  commands.register('streamJobs.rollBackJob', async (...args) => {
    const name = await picker.one(args, { ability: 'canRollBack', title: 'Roll back which job?' });
    if (name === undefined) return;
    const version = await pickVersion(name);
    if (version === undefined || !(await confirmRollBack(name, version))) return;
    const { message } = await requests.run(
      `ROLLBACK JOB ${quoteName(name)} TO VERSION '${version.replaceAll("'", "''")}'`,
    );
    await sync.refresh();
    showOutcome(message ?? `${name} is back at version ${version}.`);
  });

  async function pickVersion(name: string): Promise<string | undefined> {
    const rows = byColumn(await requests.run(`SHOW VERSIONS FOR ${quoteName(name)}`));
    const hasCanary = rows.some(({ state }) => state === 'canary');
    // From a canary the way back is to the version beside it.
    const others = rows.filter(({ state }) =>
      hasCanary ? state === 'active' : state !== 'active' && state !== 'deploying',
    );
    const items = others.reverse().map(({ version, state, note, statement }) => ({
      label: text(version),
      description: [hasCanary ? 'gets all keys again' : state, note]
        .filter((cell) => cell !== null)
        .join(' · '),
      detail: text(statement).replaceAll(/\s+/g, ' '),
    }));
    return (await window.showQuickPick(items, { title: `Roll ${name} back to which version?` }))?.label;
  }
}

/** A statement in an editor of its own, to be changed and run. */
async function openStatement(content: string): Promise<void> {
  const document = await workspace.openTextDocument({ language: languageId, content });
  await window.showTextDocument(document, { preview: false });
}

async function askRecords(name: string): Promise<number | undefined> {
  const typed = await window.showInputBox({
    title: `Process how many records of ${name}?`,
    prompt: 'Over all partitions; then it is paused again.',
    value: '10',
    validateInput: (value) => {
      const fits = /^\d{1,7}$/.test(value) && Number(value) >= 1 && Number(value) <= stepMax;
      return fits ? undefined : `Give a whole number from 1 to ${count(stepMax)}.`;
    },
  });
  return typed === undefined ? undefined : Number(typed);
}

async function confirmRollBack(name: string, version: string): Promise<boolean> {
  const answer = await window.showWarningMessage(
    `Roll ${name} back to version ${version}?`,
    {
      modal: true,
      detail: 'The version that runs now comes to rest, and that one goes on with the very next record.',
    },
    'Roll Back',
  );
  return answer === 'Roll Back';
}

/** The rows of an answer, each by the names of its columns. */
function byColumn({ columns = [], rows = [] }: StatementResult): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i] ?? '', cell])));
}

function text(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell);
}
