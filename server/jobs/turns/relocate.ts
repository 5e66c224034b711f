// A job that goes on elsewhere in its logs than where it stands: RESUME ... FROM and ACCEPT DATA LOSS, and what happens
// to a job whose position is gone.
//
// Invariants:
// 1. A move is journalled with the wish to run before anything of it is done; whoever opens the job applies it first.
// 2. It names absolute positions and has a number that the job's database keeps: however often a crash makes it come
//    again, it happens once.
// 3. A resume that fails puts the job back where it stood, in the same way.
import { bounds } from '../../analysis/bounds';
import type { PlanNode } from '../../analysis/plan';
import type { LogPlace } from '../../connectors/connector';
import type { StreamJobsError } from '../../protocol/errors';
import type { ResumeFrom, ResumeOptions } from '../../protocol/rpc';
import { within } from '../deadline';
import { byDataLoss, errorInfo, type JobCore } from '../jobCore';
import { lossesIn, movedGroups, type Loss } from '../logCheck';
import { asError, messages } from '../messages';
import type { SlotWait } from '../pipelineSlot';
import { pastLoss, toTarget } from '../positionMoves';
import type { Turn } from '../requestQueue';
import type { JobMove, JobRecord } from '../store';
import { pauseEvent } from './pause';

/** Opens the pipeline where the job is to go on. */
export async function openAtMove(core: JobCore, wait: SlotWait): Promise<void> {
  await applyMove(core);
  await core.slot.open(core.plan().spec, wait);
}

/** Settles where a job goes on that is told to go on elsewhere, and journals it. Lets go of its pipeline. */
export async function decideMove(
  core: JobCore,
  turn: Turn,
  options: ResumeOptions,
  wait: SlotWait,
): Promise<void> {
  const { from, acceptDataLoss } = options;
  if (from === undefined && acceptDataLoss !== true) return;
  await core.letGo();
  await applyMove(core);
  const logs = await core.logs(wait, from === undefined ? undefined : placeOf(from));
  turn.check();
  const { streams, back, moved, notes } = from === undefined ? pastLoss(logs) : toTarget(logs);
  if (streams.length === 0) return;
  const reads = moved.some(({ reread }) => reread > 0);
  const said = reads && isStateful(core) ? [...notes, countedAgain] : notes;
  const number = nextNumber(core);
  const move: JobMove = { to: { number, streams }, back, moved, notes: said };
  await core.journal.write({ desired: 'running', moves: number, move }, undefined, turn.signal);
}

/** It reads again: the move is history. */
export async function moveDone(core: JobCore): Promise<void> {
  if (core.journal.record.move !== undefined) await core.journal.keep({ move: undefined });
}

/** What to journal of a resume that failed: the way back to where the job stood. */
export function moveUndone(core: JobCore): Partial<JobRecord> {
  const { move } = core.journal.record;
  if (move === undefined) return {};
  const number = nextNumber(core);
  return {
    moves: number,
    move: { to: { number, streams: move.back }, back: move.back, moved: [], notes: [] },
  };
}

/** Goes the way back at once where that is possible; else it is gone before the next opening. */
export async function undoMove(core: JobCore): Promise<void> {
  if (core.journal.record.move === undefined) return;
  try {
    await applyMove(core);
    await moveDone(core);
  } catch (error) {
    core.around.log(
      'warn',
      `${core.name}: not back at its position yet: ${asError(error, 'engine').message}`,
    );
  }
}

/** A job that runs or starts and whose position is gone: it waits, paused, for somebody to say how it goes on. */
export async function pauseForLoss(
  core: JobCore,
  turn: Turn,
  cause: StreamJobsError,
): Promise<StreamJobsError> {
  if (core.state === 'running') core.enter('pausing');
  await core.letGo();
  if (core.readings.positions.size === 0) await core.readCheckpoint();
  const { closeDeadlineMs: ms } = core.limits;
  const failure = await describedLoss(
    core,
    cause,
    core.wait(turn, ms, () => cause),
  );
  turn.check();
  const { record, openPause } = core.journal;
  const at = core.around.clock.now();
  if (openPause === undefined) {
    const request = { at, by: byDataLoss, reason: failure.message.slice(0, bounds.reasonCharsMax) };
    const event = pauseEvent(request, at, core.readings.lag, core.readings.positions);
    await core.journal.keep({ desired: 'paused', pauseRequest: request, pauses: record.pauses + 1 }, event);
    core.around.meter.paused();
  } else await core.journal.keep({ desired: 'paused' });
  core.lastError = errorInfo(failure);
  core.around.log('error', `${core.name}: ${failure.message}`);
  core.enter('paused');
  return failure;
}

/** Says, of a job that just went on, what the outside believed of it, and tells it again. Never rejects. */
export async function noteGroups(core: JobCore, wait: SlotWait): Promise<void> {
  const { current, generation } = core.slot;
  const logs = await core.logs(wait).catch(() => []);
  const notes = movedGroups(logs);
  for (const note of notes) core.around.log('warn', `${core.name}: ${note}`);
  if (notes.length === 0) return;
  current?.tell();
  if (core.slot.generation !== generation || core.state !== 'running') return;
  core.groupNotes = notes;
  core.around.changed(core.name);
}

/** A loss as the job server says it, with its numbers; as the source said it where those cannot be had. */
export async function describedLoss(
  core: JobCore,
  cause: StreamJobsError,
  wait: SlotWait,
): Promise<StreamJobsError> {
  // While it is open this was said by us.
  if (core.slot.current !== undefined) return cause;
  try {
    const losses = lossesIn(await core.logs(wait));
    if (losses.length === 0) return cause;
    return messages.dataLoss(core.name, losses, await oldestKept(core, losses, wait));
  } catch {
    return cause;
  }
}

/** When the oldest record was written that the job could go on with; null where unknown. */
export async function oldestKept(
  core: JobCore,
  losses: readonly Loss[],
  wait: SlotWait,
): Promise<number | null> {
  const records = losses.flatMap(({ stream, partition, start }) =>
    start === null ? [] : [{ stream, partition, offset: start }],
  );
  const { clock, engine } = core.around;
  const ask = () => engine.writtenAt(core.plan().spec, records);
  return within({ clock, graceMs: 1, ...wait }, ask).catch(() => null);
}

async function applyMove(core: JobCore): Promise<void> {
  const { move } = core.journal.record;
  if (move === undefined) return;
  core.readings.stand(await core.around.engine.reposition(core.plan().spec, move.to));
}

function nextNumber({ journal: { record } }: JobCore): number {
  return (record.moves ?? 0) + 1;
}

export function placeOf(from: ResumeFrom): LogPlace {
  return from.kind === 'timestamp' ? { kind: 'timestamp', at: Date.parse(from.at) } : from;
}

const countedAgain =
  'Records that are read again count once more in windows that are still open, and come too late for those that are closed.';

/** Whether it keeps something of the records it has read. */
function isStateful({ planned }: JobCore): boolean {
  return planned?.spec.plan.sinks.some(({ input }) => keepsState(input)) === true;
}

function keepsState(node: PlanNode): boolean {
  if (node.stateBound !== 'none') return true;
  if ('inputs' in node) return node.inputs.some(keepsState);
  return 'input' in node && keepsState(node.input);
}
