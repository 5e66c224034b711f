// DEPLOY JOB ... STRATEGY BLUE_GREEN: the new version runs beside the old one, unseen, until it has caught up; then the
// old one comes to rest, the new one goes exactly as far, and takes over there: of the job's output everything before
// that position is the old version's, everything behind it the new one's.
// 1. Until the record names the new version the old one is untouched: whatever fails before, it goes on. 2. The new one
// never reads beyond what the old one has committed. 3. Catching up gives way to PAUSE, STOP, DROP and RESTART.
import { keepsState } from '../../engine/planChange';
import { emptyCounters, type JobPositions, type JobSpec } from '../../engine/engine';
import { StreamJobsError } from '../../protocol/errors';
import { within } from '../deadline';
import type { JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import { PipelineSlot } from '../pipelineSlot';
import type { Turn } from '../requestQueue';
import { versionMessages } from '../versionMessages';
import { runningName, versionFields } from '../versions';
import { carryOver } from './databases';
import { refuseUseless } from './probation';
import {
  announce,
  giveUp,
  noted,
  replacementBy,
  settled,
  type NewVersion,
  type Replacement,
} from './replacement';
import { comeToRest, goOnAsBefore, startNew } from './takeOver';

/** The version that runs beside. */
export class Green {
  private readonly slot: PipelineSlot;
  private hasArrived = false;
  /** Before it read anything. */
  private opened = emptyCounters();
  private failure: StreamJobsError | undefined;

  constructor(
    private readonly core: JobCore,
    readonly replacement: Replacement,
  ) {
    const { engine, clock } = core.around;
    const events = {
      finished: () => undefined,
      failed: (error: StreamJobsError) => void (this.failure = error),
      pauseWanted: (reason: string) => void (this.failure = new StreamJobsError('BAD_RECORD', reason)),
      trouble: (message: string | null) => {
        if (message !== null) core.around.log('warn', `${core.name}, the version beside it: ${message}`);
      },
      reached: () => void (this.hasArrived = true),
    };
    this.slot = new PipelineSlot(core.name, engine, clock, core.limits, events);
  }

  /** @throws StreamJobsError what the sources say */
  async open(turn: Turn): Promise<void> {
    const { startDeadlineMs: ms } = this.core.limits;
    const wait = this.core.wait(turn, ms, () => messages.startTimeout(this.core.name, ms));
    await this.slot.open({ ...this.replacement.to.spec, shadow: true }, wait);
    turn.check();
    this.opened = this.slot.current?.counters() ?? this.opened;
  }

  get positions(): JobPositions {
    return positionsOf(this.slot);
  }

  /**
   * Goes on to these positions, of the streams it reads.
   * @throws StreamJobsError when it fails or takes not one record, or the old version fails
   */
  async runTo(all: JobPositions, ms: number, turn: Turn): Promise<void> {
    const { core, slot } = this;
    const targets = new Map([...all].filter(([stream]) => this.positions.has(stream)));
    const late = () => versionMessages.notCaughtUp(core.name, this.replacement.after.version, ms);
    this.hasArrived = false;
    await slot.runTo(targets, core.wait(turn, core.limits.startDeadlineMs, late));
    const { probationCheckMs: everyMs } = core.limits;
    await core.slot.watch({ ms, everyMs, signal: turn.signal }, () => {
      if (this.failure !== undefined) throw this.failure;
      return this.hasArrived;
    });
    if (!this.arrived()) throw late();
    await slot.quiesce(core.wait(turn, core.limits.pauseDeadlineMs, late));
    await refuseUseless(core, slot.current, this.opened);
    turn.check();
  }

  private arrived(): boolean {
    return this.hasArrived;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.slot.close();
  }
}

/** Prepares a version to run beside the running one. @throws StreamJobsError */
export async function beginBeside(core: JobCore, turn: Turn, wanted: NewVersion): Promise<Green> {
  if (!isRunning(core)) throw versionMessages.notBeside(core.standing());
  const found = replacementBy(core, wanted, 'blue-green');
  const keeps = keepsState(found.change);
  try {
    await announce(core, turn, found);
    if (keeps) await beginWithState(core, turn, found);
  } catch (error) {
    await giveUp(core, asError(error, core.name).message);
    throw error;
  }
  return new Green(core, noted(found, besideRemarks(found, keeps)));
}

/** Touches nothing of the version that runs. @throws StreamJobsError what either of them fails with, or the deadline */
export async function catchUp(core: JobCore, turn: Turn, green: Green): Promise<void> {
  if (!isRunning(core)) throw versionMessages.notBeside(core.standing());
  await green.open(turn);
  refuseAhead(core, green);
  await follow(core, turn, green);
}

/** The old version rests for a moment, for a copy of its state. */
async function beginWithState(core: JobCore, turn: Turn, { from, to }: Replacement): Promise<void> {
  await comeToRest(core, turn);
  await core.letGo();
  try {
    await carryOver(core, from, to);
  } finally {
    if (!turn.signal.aborted) await goOnAsBefore(core, turn);
  }
  turn.check();
}

/** A version that builds its state anew must find all of it in the log, up to where the old one is. */
function refuseAhead(core: JobCore, green: Green): void {
  const blue = positionsOf(core.slot);
  for (const [stream, partitions] of green.positions)
    for (const [partition, position] of partitions) {
      const limit = blue.get(stream)?.get(partition);
      if (limit !== undefined && position > limit)
        throw versionMessages.beginsAhead(core.name, green.replacement.after.version, stream);
    }
}

/** Until the way that is left takes no longer than a moment. */
async function follow(core: JobCore, turn: Turn, green: Green): Promise<void> {
  const { clock } = core.around;
  const { catchUpDeadlineMs, caughtUpMs } = core.limits;
  const due = clock.monotonic() + catchUpDeadlineMs;
  for (;;) {
    const startedAt = clock.monotonic();
    await green.runTo(positionsOf(core.slot), due - startedAt, turn);
    const took = clock.monotonic() - startedAt;
    core.around.log('info', `${core.name}: the version beside it came as far in ${Math.round(took)} ms`);
    if (took <= caughtUpMs) return;
  }
}

/** The new version takes over where the old one comes to rest. @throws StreamJobsError DEPLOY_FAILED and as a pause */
export async function swap(core: JobCore, turn: Turn, green: Green): Promise<void> {
  const { replacement } = green;
  const { from, to, after, before, change } = replacement;
  await settled(core, turn, async () => {
    if (!isRunning(core) || runningName(core.journal.record) !== runningName(before))
      throw versionMessages.notBeside(core.standing());
    await comeToRest(core, turn);
    try {
      await green.runTo(positionsOf(core.slot), core.limits.catchUpDeadlineMs, turn);
      await green.close();
      await core.letGo();
      // State that both agree on is the old version's to the last bit; the new one has only shown that it runs.
      if (keepsState(change)) await carryOver(core, from, to);
      else await stepForward(core, to.spec, from.spec);
      turn.check();
      await core.journal.write(versionFields(after), undefined, turn.signal);
    } catch (error) {
      turn.check();
      await green.close();
      await goOnAsBefore(core, turn);
      throw error;
    }
    await startNew(core, turn, replacement);
  });
}

async function stepForward(core: JobCore, green: JobSpec, blue: JobSpec): Promise<void> {
  const { clock, engine } = core.around;
  const { carryOverDeadlineMs: ms, graceMs } = core.limits;
  const late = () => versionMessages.carryOverTimeout(core.name, ms);
  await within({ clock, ms, graceMs, late }, () => engine.stepForward(green, blue));
}

function besideRemarks({ change }: Replacement, keeps: boolean): string[] {
  const { sourcesAdded, sourcesRemoved, sinksRemoved } = change;
  return [
    ...(keeps ? [] : ['Its windows were filled from the log.']),
    ...sourcesAdded.map((table) => `${table} is read from where its 'scan.startup.mode' says.`),
    ...sourcesRemoved.map((table) => `${table} is not read any more.`),
    ...sinksRemoved.map((table) => `${table} is not written any more.`),
  ];
}

function positionsOf({ current }: PipelineSlot): JobPositions {
  return current?.positions() ?? new Map<string, Map<number, bigint>>();
}

function isRunning({ state }: JobCore): boolean {
  return state === 'running';
}
