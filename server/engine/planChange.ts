// What becomes of a job's state, positions and sinks when another query takes its place.
import type { JobPlan } from '../analysis/plan';
import { bucketCount, type Share } from '../analysis/planning/share';
import type { Checkpoint } from './checkpoint';
import { operatorStates, type OperatorState } from './operatorStates';

export interface PlanChange {
  /** State that is kept: the node it belonged to, and the one it belongs to now. */
  kept: { from: number; to: number }[];
  /** State that is dealt out anew by its keys, since versions share these in another way. */
  dealt: { from: number[]; to: OperatorState[] }[];
  /** State the new plan has no use for: what was gathered is lost. */
  lost: OperatorState[];
  /** State that begins empty. */
  empty: OperatorState[];
  /** Tables read now that were not read before, and the other way round. */
  sourcesAdded: string[];
  sourcesRemoved: string[];
  sinksAdded: string[];
  sinksRemoved: string[];
}

export function planChange(from: JobPlan, to: JobPlan): PlanChange {
  const left = operatorStates(from);
  const kept: PlanChange['kept'] = [];
  const empty: OperatorState[] = [];
  for (const state of operatorStates(to)) {
    const place = left.findIndex(
      (old) =>
        old.kind === state.kind &&
        old.fingerprint === state.fingerprint &&
        JSON.stringify(shareOf(old)) === JSON.stringify(shareOf(state)),
    );
    const [old] = place < 0 ? [] : left.splice(place, 1);
    if (old === undefined) empty.push(state);
    else kept.push({ from: old.id, to: state.id });
  }
  const dealt = dealOut(left, empty);
  const sources = difference(namesOf(from.scans), namesOf(to.scans));
  const sinks = difference(namesOf(from.sinks), namesOf(to.sinks));
  return {
    kept,
    dealt,
    // Rows that came once have come: nothing is lost when they are not asked for any more.
    lost: left.filter(({ kind }) => kind === 'window'),
    empty,
    sourcesAdded: sources.added,
    sourcesRemoved: sources.removed,
    sinksAdded: sinks.added,
    sinksRemoved: sinks.removed,
  };
}

/** Takes out of both lists what holds all keys before and after. */
function dealOut(left: OperatorState[], empty: OperatorState[]): PlanChange['dealt'] {
  const take = (states: OperatorState[], fingerprint: string): void => {
    states.splice(0, states.length, ...states.filter((state) => state.fingerprint !== fingerprint));
  };
  return [...new Set(empty.map(({ fingerprint }) => fingerprint))].flatMap((fingerprint) => {
    const [from, to] = [left, empty].map((states) =>
      states.filter((state) => state.kind === 'window' && state.fingerprint === fingerprint),
    );
    if (!from || !to || !coversAll(from) || !coversAll(to)) return [];
    take(left, fingerprint);
    take(empty, fingerprint);
    return [{ from: from.map(({ id }) => id), to }];
  });
}

/** Whether every key is in exactly one of these, and each can tell which are its own. */
function coversAll(states: OperatorState[]): boolean {
  if (states.some(({ shared }) => shared !== undefined && shared.places === undefined)) return false;
  const shares = states.map(shareOf).sort((a, b) => a.from - b.from);
  return (
    shares.every(({ from }, i) => from === (shares[i - 1]?.to ?? 0)) && shares.at(-1)?.to === bucketCount
  );
}

function shareOf({ shared }: OperatorState): Share {
  return shared?.share ?? { from: 0, to: bucketCount };
}

/** Whether everything gathered so far is kept and nothing begins empty. */
export function keepsState({ lost, empty }: PlanChange): boolean {
  return lost.length === 0 && empty.length === 0;
}

/** The checkpoint the new plan begins with: positions by table, sinks where the old plan's stand. */
export function changedCheckpoint(stored: Checkpoint, from: JobPlan, to: JobPlan): Checkpoint {
  const read = new Set(namesOf(to.scans));
  const { empty } = planChange(from, to);
  const ofRead = <T>(byStream: Map<string, T>): Map<string, T> =>
    new Map([...byStream].filter(([stream]) => read.has(stream)));
  const changed: Checkpoint = {
    ...stored,
    positions: ofRead(stored.positions),
    watermarks: ofRead(stored.watermarks),
    logs: ofRead(stored.logs),
    told: ofRead(stored.told),
    sinks: sinkPositions(stored.sinks, from, to),
    // Rows that come once come in the first batch.
    batch: empty.some(({ kind }) => kind === 'values') ? 0 : stored.batch,
    finished: false,
  };
  // It is another state from now on, and has published nothing.
  delete changed.identity;
  delete changed.opening;
  delete changed.published;
  return changed;
}

/** What the last flush of each sink of `to` returned, where `from` wrote to it too. */
export function sinkPositions(stored: Checkpoint['sinks'], from: JobPlan, to: JobPlan): Checkpoint['sinks'] {
  return to.sinks.map(({ table }) => {
    const place = from.sinks.findIndex(
      (sink) => sink.table.name === table.name && sink.table.connector === table.connector,
    );
    return stored[place] ?? null;
  });
}

function namesOf(parts: readonly { table: { name: string } }[]): string[] {
  return parts.map(({ table }) => table.name);
}

function difference(before: string[], after: string[]): { added: string[]; removed: string[] } {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}
