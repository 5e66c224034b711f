// Looks at a job from the side: what it would process next. Changes nothing of it.
import type { NextRecord, PeekRequest } from '../engine/engine';
import type { JobCore } from './jobCore';
import { messages } from './messages';
import { looking } from './stepper';

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
