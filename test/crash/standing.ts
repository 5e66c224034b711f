// The model of one job: where it stands, and where a request takes it. A crash leaves it where it was or where the
// request in flight was to take it, and nowhere else.
import type { VersionState } from '../../server/jobs/store';
import type { Verb } from './points';

export interface Version {
  name: string;
  state: VersionState;
  /** Rises with each time that a version became the present one. */
  turn: number;
}

export interface Standing {
  state: 'absent' | 'running' | 'paused' | 'stopped';
  pauses: number;
  resumes: number;
  /** In the order they came. */
  versions: Version[];
}

export const nowhere: Standing = { state: 'absent', pauses: 0, resumes: 0, versions: [] };
/** A job is begun anew before its server begins to forget versions. */
const versionsMax = 15;

/** Where an answered request has taken the job. `name` is that of the version it brings. */
export function after(verb: Verb, standing: Standing, name: string): Standing {
  const { state, pauses, resumes } = standing;
  const first: Version = { name: '1', state: 'active', turn: 1 };
  switch (verb) {
    case 'start':
      return { state: 'running', pauses: 0, resumes: 0, versions: [first] };
    case 'startPaused':
      return { state: 'paused', pauses: 1, resumes: 0, versions: [first] };
    case 'pause':
      return { ...standing, state: 'paused', pauses: pauses + 1 };
    case 'resume':
      return { ...standing, state: 'running', resumes: resumes + 1 };
    case 'step':
      return { ...standing, state: 'paused', pauses: pauses + 1, resumes: resumes + 1 };
    case 'stop':
      return { ...standing, state: 'stopped' };
    case 'restart':
      return { ...standing, state: 'running' };
    case 'drop':
      return nowhere;
    case 'read':
    case 'retry':
      return standing;
    case 'deploy':
    case 'deployBeside':
      return { state, pauses, resumes, versions: added(standing, name, 'active') };
    case 'canary':
      return canaryOf(standing) ? standing : { ...standing, versions: added(standing, name, 'canary') };
    case 'promote':
      return { ...standing, versions: activated(standing, canaryOf(standing), 'previous') };
    case 'rollback':
      return { ...standing, versions: rolledBack(standing) };
  }
}

/** Where a request that a crash cut short may have left the job besides. */
export function cutShort(verb: Verb, standing: Standing, name: string): Standing[] {
  const isNew = verb === 'deploy' || verb === 'deployBeside' || (verb === 'canary' && !canaryOf(standing));
  return isNew ? [{ ...standing, versions: added(standing, name, 'failed') }] : [];
}

/** The versions that rows are written by. */
export function runningVersions({ versions }: Standing): string[] {
  return versions.filter(({ state }) => state === 'active' || state === 'canary').map(({ name }) => name);
}

export function canaryOf({ versions }: Standing): Version | undefined {
  return versions.find(({ state }) => state === 'canary');
}

function added(standing: Standing, name: string, state: VersionState): Version[] {
  const version = { name, state, turn: 0 };
  const versions = [...standing.versions, version];
  return state === 'active' ? activated({ ...standing, versions }, version, 'previous') : versions;
}

function activated({ versions }: Standing, next: Version | undefined, old: VersionState): Version[] {
  const turn = Math.max(...versions.map((version) => version.turn)) + 1;
  return versions.map((version) => {
    if (version === next) return { ...version, state: 'active', turn };
    return version.state === 'active' ? { ...version, state: old } : version;
  });
}

function rolledBack(standing: Standing): Version[] {
  const canary = canaryOf(standing);
  const { versions } = standing;
  if (canary === undefined) return activated(standing, previousOf(standing), 'rolled back');
  return versions.map((version) => (version === canary ? { ...version, state: 'rolled back' } : version));
}

function previousOf({ versions }: Standing): Version | undefined {
  const previous = versions.filter(({ state }) => state === 'previous');
  return previous.sort((a, b) => a.turn - b.turn).at(-1);
}

type Pick = (ways: Verb[][]) => Verb[];

/** The requests that bring a job to where `verb` can be asked, and `verb` itself. `pick` chooses between ways. */
export function wayTo(verb: Verb, from: Standing, pick: Pick): Verb[] {
  if (from.versions.length >= versionsMax && verb !== 'drop') return ['drop', ...wayTo(verb, nowhere, pick)];
  switch (verb) {
    case 'start':
    case 'startPaused':
      return from.state === 'absent' ? [verb] : ['drop', verb];
    case 'read':
    case 'pause':
      return [...toRunning(from, pick), verb];
    case 'resume':
    case 'step':
      return [...toPaused(from, pick), verb];
    case 'restart':
      return from.state === 'stopped' ? [verb] : [...wayTo('stop', from, pick), verb];
    case 'stop':
      if (from.state === 'paused' || from.state === 'running') return [verb];
      return pick([
        [...toRunning(from, pick), verb],
        [...toPaused(from, pick), verb],
      ]);
    case 'drop':
      return from.state === 'absent'
        ? pick([
            ['start', 'read', verb],
            ['startPaused', verb],
          ])
        : [verb];
    case 'retry':
      // One version in two cannot compute some records: what it left is tried by itself, or by the next one.
      return [
        ...wayTo('read', from, pick),
        ...pick([[], [...endOfCanary(from), 'deploy'], [...endOfCanary(from), 'deploy', 'read', 'deploy']]),
        verb,
      ];
    default:
      return wayToVersion(verb, from, pick);
  }
}

function wayToVersion(verb: Verb, from: Standing, pick: Pick): Verb[] {
  const running = toRunning(from, pick);
  const there = verb === 'deployBeside' ? running : pick([running, toPaused(from, pick)]);
  const canary = canaryOf(from) !== undefined;
  switch (verb) {
    case 'deploy':
    case 'deployBeside':
      return [...there, ...endOfCanary(from), verb];
    case 'promote':
      return canary ? [...there, verb] : [...there, 'canary', verb];
    case 'rollback':
      return canary || previousOf(from) ? [...there, verb] : [...there, 'deploy', verb];
    default:
      return [...there, verb];
  }
}

/** Before another version can come. */
function endOfCanary(from: Standing): Verb[] {
  return canaryOf(from) === undefined ? [] : ['rollback'];
}

function toRunning({ state }: Standing, pick: Pick): Verb[] {
  const ways: Record<Standing['state'], Verb[][]> = {
    absent: [['start'], ['startPaused', 'resume']],
    paused: [['resume'], ['stop', 'restart']],
    stopped: [['restart']],
    running: [[]],
  };
  return pick(ways[state]);
}

function toPaused(from: Standing, pick: Pick): Verb[] {
  if (from.state === 'paused') return [];
  if (from.state === 'absent') return pick([['startPaused'], ['start', 'read', 'pause']]);
  return [...toRunning(from, pick), 'pause'];
}
