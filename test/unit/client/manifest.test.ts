// The manifest against what the rows say of themselves and what the code registers.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json';
import type { JobState, PauseDepth, VersionBrief } from '../../../server/protocol/jobs';
import { jobChildRows } from '../../../client/views/jobChildren';
import { jobRow } from '../../../client/views/jobRow';
import { streamRow } from '../../../client/views/streamRows';
import { now, paused, snapshot, states } from './snapshots';
import { holds, type Context } from './when';

interface MenuItem {
  command?: string;
  submenu?: string;
  when?: string;
  group?: string;
}
const { contributes } = manifest;
const rowMenu: MenuItem[] = contributes.menus['view/item/context'];
const declared = contributes.commands.map(({ command }) => command);

/** What a menu offers, in its order. */
function matching(context: Context, inline: boolean, menu = rowMenu): string[] {
  return menu
    .filter(({ group = '' }) => group.startsWith('inline') === inline)
    .filter(({ when }) => holds(when, context))
    .sort((a, b) => (a.group ?? '').localeCompare(b.group ?? ''))
    .map(({ command, submenu = '' }) => (command ?? submenu).replace('streamJobs.', ''));
}

function jobContext(state: JobState, kept = 0): Context {
  const job = snapshot({ state, deadLetters: { kept, dropped: 0 } });
  return { view: 'streamJobs.jobs', viewItem: jobRow(job, now).contextValue };
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
}

describe('the Jobs tree offers', () => {
  const inline: Record<JobState, string[]> = {
    starting: ['showJobDetails'],
    running: ['pauseJob', 'showJobDetails'],
    pausing: ['showJobDetails'],
    paused: ['resumeJob', 'stepJob', 'showJobDetails'],
    resuming: ['showJobDetails'],
    stopping: ['showJobDetails'],
    stopped: ['showJobDetails'],
    failed: ['showJobDetails'],
  };
  it.each(states)('inline, for a job that is %s', (state) => {
    expect(matching(jobContext(state), true)).toEqual(inline[state]);
  });

  const always = ['inside', 'showJobDetails', 'goToSql', 'copyJobName'];
  const menus: Record<JobState, string[]> = {
    starting: ['stopJob', ...always],
    running: [
      ...['pauseJob', 'pauseJobWithReason', 'pauseJobFor', 'pauseJobCold', 'stopJob', 'restartJob'],
      ...[...always, 'dropJob'],
    ],
    pausing: ['stopJob', ...always],
    paused: ['resumeJob', 'stepJobBy', 'resumeJobFrom', 'stopJob', 'restartJob', ...always, 'dropJob'],
    resuming: ['stopJob', ...always],
    stopping: always,
    stopped: ['restartJob', ...always, 'dropJob'],
    failed: ['restartJob', ...always, 'dropJob'],
  };
  it.each(states)('in the menu, for a job that is %s', (state) => {
    expect(matching(jobContext(state), false)).toEqual(menus[state]);
  });

  const inside: [JobState, number, string[]][] = [
    ['running', 0, ['queryJobState', 'showVersions', 'deployJob']],
    [
      'running',
      3,
      [
        ...['queryJobState', 'showDeadLetters', 'retryDeadLetters', 'retryDeadLetter'],
        ...['showVersions', 'deployJob'],
      ],
    ],
    ['paused', 3, ['peekJob', 'queryJobState', 'showDeadLetters', 'showVersions', 'deployJob']],
    ['failed', 3, ['peekJob', 'queryJobState', 'showDeadLetters', 'showVersions', 'deployJob']],
    ['pausing', 0, ['showVersions', 'deployJob']],
  ];
  it.each(inside)('inside a job that is %s, with %d dead letters', (state, kept, expected) => {
    expect(matching(jobContext(state, kept), false, contributes.menus['streamJobs.inside'])).toEqual(
      expected,
    );
  });

  it('Roll Back only where there is another version, also on the row of the version', () => {
    const offered = (versions: VersionBrief[]) => {
      const job = snapshot({ versions });
      const row = jobChildRows(job, now).find(({ id }) => id.endsWith('/version'));
      const onRow = matching({ view: 'streamJobs.jobs', viewItem: row?.contextValue ?? '' }, true);
      const context = { view: 'streamJobs.jobs', viewItem: jobRow(job, now).contextValue };
      return [onRow, matching(context, false, contributes.menus['streamJobs.inside']).slice(-2)];
    };
    expect(offered([])).toEqual([['showVersions'], ['showVersions', 'deployJob']]);
    const two: VersionBrief[] = [
      { version: '1', state: 'previous' },
      { version: '2', state: 'active' },
    ];
    expect(offered(two)).toEqual([
      ['showVersions', 'rollBackJob'],
      ['deployJob', 'rollBackJob'],
    ]);
  });

  it('to free memory only while a job keeps some', () => {
    const offered = (depth: PauseDepth) =>
      matching(
        { view: 'streamJobs.jobs', viewItem: jobRow(paused({ depth }), now).contextValue },
        false,
      ).includes('pauseJobCold');
    expect([offered('warm'), offered('cold')]).toEqual([true, false]);
  });

  it('dead letters on their row, and to try them again only while the job runs', () => {
    const offered = (state: JobState) => {
      const job = snapshot({ state, deadLetters: { kept: 2, dropped: 0 } });
      const row = jobChildRows(job, now).find(({ id }) => id.endsWith('/letters'));
      return matching({ view: 'streamJobs.jobs', viewItem: row?.contextValue ?? '' }, true);
    };
    expect([offered('running'), offered('paused')]).toEqual([
      ['showDeadLetters', 'retryDeadLetters'],
      ['showDeadLetters'],
    ]);
  });

  it('Pause and Resume in the same slot, so that the button does not move', () => {
    const slots = rowMenu.filter(({ command, group = '' }) => {
      return /\.(pause|resume)Job$/.test(command ?? '') && group.startsWith('inline');
    });
    expect(new Set(slots.map(({ group }) => group))).toEqual(new Set(['inline@1']));
  });

  it('nothing on rows that are no jobs, and only peeking on streams that can be read', () => {
    expect(matching({ view: 'streamJobs.jobs', viewItem: 'partition' }, true)).toEqual([]);
    const table = {
      name: 't',
      kind: 'table' as const,
      statement: '',
      columns: [],
      readBy: [],
      writtenBy: [],
    };
    const offered = (connector: string) => {
      const { contextValue } = streamRow({ ...table, connector });
      return matching({ view: 'streamJobs.streams', viewItem: contextValue }, true);
    };
    expect([offered('kafka'), offered('print')]).toEqual([['peekStream'], []]);
  });
});

describe('welcome', () => {
  const jobsWelcome = (context: Context) =>
    contributes.viewsWelcome
      .filter(({ view, when }) => view === 'streamJobs.jobs' && holds(when, context))
      .map(({ contents }) => contents.split('.')[0]);

  it.each<[string, Context, string[]]>([
    ['not trusted', { isWorkspaceTrusted: false }, ['Jobs run only in a workspace you trust']],
    [
      'server failed',
      { isWorkspaceTrusted: true, 'streamJobs.server': 'failed' },
      ['The stream job server could not be started'],
    ],
    ['starting', { isWorkspaceTrusted: true, 'streamJobs.server': 'starting' }, []],
    ['no job yet', { isWorkspaceTrusted: true, 'streamJobs.server': 'connected' }, ['No job yet']],
    ['never started', { isWorkspaceTrusted: true }, ['No job yet']],
  ])('says one thing: %s', (_, context, expected) => {
    expect(jobsWelcome(context)).toEqual(expected);
  });
});

describe('commands', () => {
  const code = sources(path.join(import.meta.dirname, '../../../client'));
  const registered = code.flatMap((text) =>
    [...text.matchAll(/\.register\(\s*'(streamJobs\.\w+)'/g)].map(([, id]) => id ?? ''),
  );

  it('declared and registered are the same', () => {
    expect([...registered].sort()).toEqual([...declared].sort());
  });

  it('used in menus, keys, welcome texts and the walkthrough exist', () => {
    const { menus, keybindings, viewsWelcome, walkthroughs } = contributes;
    const used = [
      ...Object.values(menus).flatMap((items: MenuItem[]) => items.flatMap(({ command }) => command ?? [])),
      ...keybindings.map(({ command }) => command),
      ...[...JSON.stringify([viewsWelcome, walkthroughs]).matchAll(/ommand:(streamJobs\.\w+)(?![\w.])/g)]
        .map(([, id]) => id ?? '')
        .filter((id) => !/^streamJobs\.(jobs|streams|results)$/.test(id)),
    ];
    expect(used.filter((command) => !declared.includes(command))).toEqual([]);
  });

  it('that run or connect are off in a workspace that is not trusted', () => {
    const harmless =
      /openSample|restartLanguageServer|show(LanguageServer)?Log|useStreamSql|Results|stopPreview/;
    for (const command of contributes.commands) {
      const enablement = 'enablement' in command ? command.enablement : undefined;
      if (harmless.test(command.command)) continue;
      expect([command.command, holds(enablement, { isWorkspaceTrusted: false })]).toEqual([
        command.command,
        false,
      ]);
    }
  });
});

it('names files that exist', () => {
  const files = [...JSON.stringify(contributes).matchAll(/"(?:\.\/)?(client\/[^"]+)"/g)].map(
    ([, file]) => file ?? '',
  );
  const root = path.join(import.meta.dirname, '../../..');
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  expect(files.length).toBeGreaterThan(8);
});

it('reads only settings that are declared', () => {
  const settings = Object.keys(contributes.configuration.properties);
  const read = sources(path.join(import.meta.dirname, '../../../client')).flatMap((text) =>
    [
      ...text.matchAll(
        /(?:getConfiguration\('streamJobs'[^)]*\)\s*|settings)\s*\.get(?:<[^(]*>)?\(\s*'([\w.]+)'/g,
      ),
    ].map(([, key]) => `streamJobs.${key ?? ''}`),
  );
  expect(read.length).toBeGreaterThan(3);
  expect(read.filter((key) => !settings.includes(key))).toEqual([]);
});
