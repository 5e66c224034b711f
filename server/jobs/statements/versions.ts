// DEPLOY, ROLLBACK and SHOW VERSIONS: another version of a job, and which there were.
import { optionRecord } from '../../analysis/options/validate';
import type { Cell } from '../../protocol/results';
import type { DeployJob, Name, RollbackJob, Show } from '../../syntax/ast';
import type { Job } from '../job';
import type { JobRegistry } from '../jobRegistry';
import { usedSettings } from '../jobStarter';
import { on } from '../scripts';
import type { JobRecord } from '../store';
import { versionMessages } from '../versionMessages';
import { findVersion, shareOf, versionsOf } from '../versions';
import { said, tabled, type Outcome, type StatementContext } from './context';

export async function deployJob(
  statement: DeployJob,
  text: string,
  { jobs, settings, by }: StatementContext,
): Promise<Outcome> {
  const { name, version, options, strategy } = statement;
  const discardState = optionRecord(options).state?.toLowerCase() === 'discard';
  const canary = strategy?.share === undefined ? {} : { canaryPercent: strategy.share.percent };
  const rolling = strategy?.kind === 'rolling' ? { remark: 'On one machine ROLLING is REPLACE.' } : {};
  const job = find(jobs, name);
  try {
    const used = usedSettings(text, settings);
    const wanted = {
      version: version.text,
      statement: text,
      settings: used,
      by,
      discardState,
      ...rolling,
      ...canary,
    };
    await (strategy?.kind === 'blueGreen' ? job.deployBeside(wanted) : job.deploy(wanted));
  } catch (error) {
    throw on(name.span, error);
  }
  return now(job, job.state === 'paused' ? [versionMessages.untried(job.name)] : []);
}

export async function rollbackJob(
  { name, version }: RollbackJob,
  { jobs, by }: StatementContext,
): Promise<Outcome> {
  const job = find(jobs, name);
  try {
    await job.rollback(by, version?.text);
  } catch (error) {
    throw on(name.span, error);
  }
  return now(job);
}

export function showVersions({ name, span }: Show, { jobs }: StatementContext): Outcome {
  const { record } = find(jobs, name ?? { text: '', span });
  const columns = ['version', 'state', 'share', 'strategy', 'deployed_at', 'by', 'note', 'statement'];
  const rows = versionsOf(record).map((known): Cell[] => [
    known.version,
    known.state,
    percent(shareOf(record, known.version)),
    known.strategy,
    new Date(known.deployedAt).toISOString(),
    known.by,
    known.note ?? null,
    known.statement,
  ]);
  return tabled(columns, rows, 'version');
}

/** What became of a job, with what was noted of the version that came last, and sentences besides. */
function now(
  { name, state, record }: { name: string; state: string; record: JobRecord },
  besides: string[] = [],
): Outcome {
  const { version, canary } = record;
  const beside = canary ? `, with version '${canary.version}' as a canary` : '';
  const note = findVersion(record, canary?.version ?? version)?.note ?? '';
  const standing = `${name} is ${state}, version '${version}'${beside}.`;
  return said([standing, ...(note === '' ? [] : [note]), ...besides].join(' '));
}

function percent(share: number | null): string | null {
  return share === null ? null : `${share} %`;
}

function find(jobs: JobRegistry, { text, span }: Pick<Name, 'text' | 'span'>): Job {
  try {
    return jobs.get(text);
  } catch (error) {
    throw on(span, error);
  }
}
