// The model of one job: where it stands, and where a request takes it. A crash leaves it where it was or where the
// request in flight was to take it, and nowhere else.
import type { Reach } from './points';

export interface Standing {
  state: 'absent' | 'running' | 'paused' | 'stopped';
  pauses: number;
  resumes: number;
}

export const nowhere: Standing = { state: 'absent', pauses: 0, resumes: 0 };

/** A request of a client, or a wait for records. */
export type Verb = Exclude<Reach, 'open' | 'shutdown'> | 'startPaused';

/** Where an answered request has taken the job. */
export function after(verb: Verb, { state, pauses, resumes }: Standing): Standing {
  switch (verb) {
    case 'start':
      return { state: 'running', pauses: 0, resumes: 0 };
    case 'startPaused':
      return { state: 'paused', pauses: 1, resumes: 0 };
    case 'pause':
      return { state: 'paused', pauses: pauses + 1, resumes };
    case 'resume':
      return { state: 'running', pauses, resumes: resumes + 1 };
    case 'stop':
      return { state: 'stopped', pauses, resumes };
    case 'restart':
      return { state: 'running', pauses, resumes };
    case 'drop':
      return nowhere;
    case 'read':
      return { state, pauses, resumes };
  }
}

/** The requests that bring a job to where `verb` can be asked, and `verb` itself. `pick` chooses between ways. */
export function wayTo(verb: Verb, from: Standing, pick: (ways: Verb[][]) => Verb[]): Verb[] {
  switch (verb) {
    case 'start':
    case 'startPaused':
      return from.state === 'absent' ? [verb] : ['drop', verb];
    case 'read':
    case 'pause':
      return [...toRunning(from, pick), verb];
    case 'resume':
      return from.state === 'paused' ? [verb] : [...toPaused(from, pick), verb];
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
  }
}

function toRunning({ state }: Standing, pick: (ways: Verb[][]) => Verb[]): Verb[] {
  const ways: Record<Standing['state'], Verb[][]> = {
    absent: [['start'], ['startPaused', 'resume']],
    paused: [['resume'], ['stop', 'restart']],
    stopped: [['restart']],
    running: [[]],
  };
  return pick(ways[state]);
}

function toPaused(from: Standing, pick: (ways: Verb[][]) => Verb[]): Verb[] {
  if (from.state === 'absent') return pick([['startPaused'], ['start', 'read', 'pause']]);
  return [...toRunning(from, pick), 'pause'];
}
