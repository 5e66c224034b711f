// Looks at a job from the side: what it would process next, and what it keeps. Changes nothing of it.
import type { PreviewPlan } from '../analysis/plan';
import type { NextRecord, PeekRequest, StateRows } from '../engine/engine';
import type { JobCore } from './jobCore';
import { messages } from './messages';
import { looking } from './stepper';

/** Most rows of a query of a job's state. */
export const stateRowsMax = 10_000;

/** Of a job with a pipeline, or in the job's queue, so that it does not get one meanwhile. */
export async function peek(core: JobCore, request: PeekRequest): Promise<NextRecord[]> {
  const { current } = core.slot;
  if (current !== undefined) return looking(core, () => current.peek(request));
  if (core.readings.positions.size === 0) await core.readCheckpoint();
  const { positions } = core.readings;
  if (positions.size === 0) throw messages.neverRead(core.name);
  const { spec } = core.planned ?? core.plan();
  return looking(core, () => core.around.engine.peek(spec, positions, request));
}

/** As `peek`: with a pipeline beside whatever that does, without one in the job's queue. */
export function queryState(core: JobCore, plan: PreviewPlan): Promise<StateRows> {
  const { current } = core.slot;
  const { spec } = core.planned ?? core.plan();
  return looking(core, (signal) =>
    current === undefined
      ? core.around.engine.queryState(spec, plan, stateRowsMax, signal)
      : current.queryState(spec.plan, plan, stateRowsMax, signal),
  );
}
