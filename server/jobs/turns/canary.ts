// DEPLOY JOB ... STRATEGY CANARY(percent): two versions share the keys in one pipeline, over the same positions and into
// the same sinks, so that whatever holds for a job holds for both of them together.
// 1. Of a table's records each belongs to exactly one version, by its key: the same one always, until the share changes.
// 2. Open windows move with their keys; versions whose windows differ or are not by key, or that read other tables, are
// refused: what one would need of the other's keys when the canary ends is not there. 3. A promotion is the same query; anything else has to wait.
import { planFingerprint } from '../../engine/checkpoint';
import { keepsState } from '../../engine/planChange';
import { operatorStates } from '../../engine/operatorStates';
import type { JobPlan } from '../../analysis/plan';
import { routingKey } from '../../analysis/planning/share';
import type { JobCore, PlannedJob } from '../jobCore';
import type { CanaryRecord, JobRecord, VersionRecord } from '../store';
import { versionMessages } from '../versionMessages';
import * as versions from '../versions';
import { noted, replacement, replacementBy, type NewVersion, type Replacement } from './replacement';

export type NewCanary = NewVersion & { canaryPercent: number };

/** @throws StreamJobsError VERSION_EXISTS, JOB_NOT_RUNNING, NOT_SUPPORTED, what planning finds */
export function canaryOf(core: JobCore, wanted: NewCanary): Replacement {
  const { record } = core.journal;
  const alone = planAlone(core, wanted);
  const present = planAlone(core, record);
  const said = [shareSentence(alone.spec.plan, wanted.canaryPercent), ...optionsSentence(present, alone)];
  if (record.canary === undefined) {
    const found = replacementBy(core, wanted, 'canary');
    refuseUnshareable(core, wanted.version, found, present.spec.plan, alone.spec.plan);
    return noted(found, said);
  }
  refuseOther(core, record.canary, wanted, alone);
  const note = said.join(' ');
  const made: VersionRecord = { ...versionBy(core, wanted), strategy: 'canary', state: 'canary', note };
  return replacement(core, listed(record), made, wanted.canaryPercent);
}

/** The canary takes all keys. @throws StreamJobsError VERSION_EXISTS unless it is the canary, with its query */
export function promoted(core: JobCore, canary: CanaryRecord, wanted: NewVersion): Replacement {
  const { record } = core.journal;
  refuseOther(core, canary, wanted, planAlone(core, wanted));
  const note = `It had ${canary.percent} % of the keys before.`;
  const made: VersionRecord = { ...versionBy(core, wanted), strategy: 'replace', state: 'canary', note };
  return replacement(core, listed(record), made);
}

/** The present version takes all keys back. @throws StreamJobsError VERSION_EXISTS when another version is meant */
export function canaryEnded(core: JobCore, canary: CanaryRecord, target?: string): Replacement {
  const { record } = core.journal;
  const present = versions.findVersion(record, record.version);
  if (present === undefined || (target !== undefined && target !== present.version))
    throw versionMessages.hasCanary(core.name, record.version, canary);
  const note = `Rolled back from '${canary.version}', which had ${canary.percent} % of the keys.`;
  return replacement(core, listed(record), { ...present, note });
}

function versionBy(core: JobCore, { version, statement, settings, by }: NewVersion) {
  return { version, statement, settings, by, deployedAt: core.around.clock.now() };
}

function listed(record: JobRecord): JobRecord {
  return { ...record, versions: versions.versionsOf(record) };
}

/** What a version runs when it has all keys. */
function planAlone(core: JobCore, { version, statement, settings }: versions.VersionSource): PlannedJob {
  const { record } = core.journal;
  const alone = { version, statement, settings };
  return core.around.plan(versions.asVersion(record, alone, record.database ?? 0));
}

function refuseOther(core: JobCore, canary: CanaryRecord, wanted: NewVersion, { spec }: PlannedJob): void {
  if (wanted.version !== canary.version)
    throw versionMessages.hasCanary(core.name, core.journal.record.version, canary);
  if (planFingerprint(spec.plan) !== planFingerprint(planAlone(core, canary).spec.plan))
    throw versionMessages.anotherQuery(core.name, canary);
}

function refuseUnshareable(
  core: JobCore,
  version: string,
  { to, change }: Replacement,
  present: JobPlan,
  plan: JobPlan,
): void {
  const refuse = (why: string) => versionMessages.notShared(core.name, version, why);
  const states = operatorStates(to.spec.plan);
  if (states.some(({ kind }) => kind === 'values')) throw refuse('rows of VALUES come once and have no key');
  const split = states.find(({ shared }) => shared !== undefined && shared.places === undefined);
  if (split !== undefined) {
    const keys = plan.scans.map(({ table }) => `${table.name} by ${list(routingKey(table))}`).join('; ');
    throw refuse(
      `each of ${split.description} would be split between both, since keys are shared of ${keys}`,
    );
  }
  if (!keepsState(change)) throw refuse('they gather records in different windows');
  const [read, readNow] = [present, plan].map(({ scans }) => scans.map(({ table }) => table.name).sort());
  if (String(read) !== String(readNow))
    throw refuse(`it reads ${list(readNow)} and the present version ${list(read)}`);
  for (const { table } of plan.sinks) {
    const same = present.sinks.find((sink) => sink.table.name === table.name)?.table;
    if (same !== undefined && JSON.stringify(same.columns) !== JSON.stringify(table.columns))
      throw refuse(`both write to ${table.name}, with other columns`);
  }
}

/** `It has 10 % of the keys: orders by customer.` */
function shareSentence({ scans }: JobPlan, percent: number): string {
  const keys = scans.map(({ table }) => `${table.name} by ${list(routingKey(table))}`);
  return `It has ${percent} % of the keys: ${keys.join('; ')}.`;
}

/** One pipeline has one set of options: the present version's. */
function optionsSentence(present: PlannedJob, canary: PlannedJob): string[] {
  const [now, then] = [present, canary].map(({ options }) =>
    JSON.stringify({ ...options, state: undefined }),
  );
  return now === then ? [] : ['Its options hold once it has all keys.'];
}

function list(names: readonly string[] = []): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
