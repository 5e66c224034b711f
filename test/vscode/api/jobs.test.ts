// Running SQL from the editor, with the job server behind it.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { StreamJobsApi } from '../../../client/extension';
import type { JobState } from '../../../server/protocol/jobs';
import { activate, completions, diagnostic, lenses, show, until, write } from './workspace';

const name = 'find_big_orders';

describe('jobs', () => {
  let api: StreamJobsApi;
  before(async () => {
    api = await activate();
  });

  const inState = (state: JobState) =>
    until(`${name} is ${state}`, () => api.jobs().find((job) => job.name === name && job.state === state));

  it('runs a file, and knows its jobs', async () => {
    await show('jobs.ssql');
    await vscode.commands.executeCommand('streamJobs.runFile');
    await inState('running');
    await until('records', () => api.jobs().find((job) => job.name === name && job.recordsIn > 0));
  });

  it('marks the error of a script where it is, and runs nothing after it', async () => {
    const sql = 'SHOW JOBS;\nPAUSE JOB no_such_job;\nDROP JOB find_big_orders;';
    const { document } = await write(sql);
    await vscode.commands.executeCommand('streamJobs.runFile');
    const error = await until('the error of the run', () =>
      vscode.languages.getDiagnostics(document.uri).find(({ code }) => code === 'JOB_NOT_FOUND'),
    );
    assert.equal(document.getText(error.range), 'no_such_job');
    assert.equal((await inState('running')).name, name);
  });

  it('has lenses that follow the job', async () => {
    const document = await show('jobs.ssql');
    const titles = (text: string) =>
      until(`a lens with "${text}"`, async () => {
        const all = await lenses(document);
        return all.some((title) => title.includes(text)) ? all : undefined;
      });
    assert.ok((await titles(`${name} · running`)).includes('Pause'));
    await vscode.commands.executeCommand('streamJobs.pauseJob', name);
    await inState('paused');
    assert.ok((await titles(`${name} · paused`)).includes('Resume'));
  });

  it('underlines a second PAUSE, until the job runs again', async () => {
    const { document } = await write(`PAUSE JOB ${name};`);
    const found = await diagnostic(document, 'already paused');
    assert.equal(document.getText(found.range), name);
    await vscode.commands.executeCommand('streamJobs.resumeJob', name);
    await inState('running');
    await until('no diagnostic', () =>
      vscode.languages.getDiagnostics(document.uri).length === 0 ? true : undefined,
    );
  });

  it('offers paused jobs first to RESUME', async () => {
    await vscode.commands.executeCommand('streamJobs.pauseJob', name);
    await inState('paused');
    const { document, cursor } = await write('RESUME JOB <|>');
    await until('the paused job first', async () =>
      (await completions(document, cursor))[0] === name ? true : undefined,
    );
  });

  it('pauses and resumes all', async () => {
    await vscode.commands.executeCommand('streamJobs.resumeAllJobs');
    await until('all run', () => (api.jobs().every(({ state }) => state === 'running') ? true : undefined));
    await vscode.commands.executeCommand('streamJobs.pauseAllJobs');
    await until('all are paused', () =>
      api.jobs().every(({ state }) => state === 'paused') ? true : undefined,
    );
    assert.equal(api.jobs().length, 3);
  });
});
