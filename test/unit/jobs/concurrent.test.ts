// Row 19: many clients ask one job to pause and to resume at once. There is one order in which all answers are right.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { JobDetails } from '../../../server/protocol/jobs';
import { defaultLimits } from '../../../server/jobs/limits';
import { query, serverWith, tables } from './servers';

const clients = 100;
type Verb = 'pause' | 'resume';
/** `from` and `to`: how many transitions had happened when it was asked and when it was answered. */
interface Answer {
  verb: Verb;
  from: number;
  to: number;
  details?: JobDetails;
  code?: string;
}
const requests = fc.array(
  fc.record({ verb: fc.constantFrom<Verb>('pause', 'resume'), afterMs: fc.integer({ min: 0, max: 5 }) }),
  { minLength: 1, maxLength: 4 },
);

it('row 19: concurrent requests: 100 clients get answers of one order, each within its own time', async () => {
  const scripts = fc.array(requests, { minLength: clients, maxLength: clients });
  await fc.assert(fc.asyncProperty(scripts, checkAnswers), { numRuns: 20 });
});

async function checkAnswers(scripts: { verb: Verb; afterMs: number }[][]): Promise<void> {
  /** What the job was, from the beginning: the states in which it stays. */
  const states: string[] = [];
  const log = (_level: string, message: string) => {
    const state = /^big: \w+ -> (running|paused)$/.exec(message)?.[1];
    if (state !== undefined) states.push(state);
  };
  const limits = { ...defaultLimits, pausesKept: 1000, pausesShown: 1000 };
  const { server, clock } = await serverWith(`${tables} START JOB big AS ${query};`, { log, limits });
  const answers: Answer[] = [];
  const ask = async (verb: Verb): Promise<void> => {
    const from = states.length;
    const asked =
      verb === 'pause' ? server.pauseJob('big', { by: 'ada' }) : server.resumeJob('big', { by: 'ada' });
    const answer = await asked.then(
      (details) => ({ details }),
      (error: unknown) => ({ code: error instanceof StreamJobsError ? error.code : String(error) }),
    );
    answers.push({ verb, from, to: states.length, ...answer });
  };
  const client = async (script: { verb: Verb; afterMs: number }[]): Promise<void> => {
    for (const { verb, afterMs } of script) {
      await clock.sleep(afterMs);
      await ask(verb);
    }
  };
  await clock.until(Promise.all(scripts.map(client)));

  for (const answer of answers) checkAnswer(answer, states);
  // It alternates, so that each transition is one of these and was answered to somebody.
  states.forEach((state, i) => expect(state).toBe(i % 2 === 0 ? 'running' : 'paused'));
  const [pauses, resumes] = [Math.floor(states.length / 2), Math.ceil(states.length / 2) - 1];
  expect(
    new Set(answers.flatMap(({ verb, details }) => (details ? [numberOf(verb, details)] : []))).size,
  ).toBe(pauses + resumes);
  const { metrics, pauseHistory } = server.getJobDetails('big');
  expect(metrics).toMatchObject({ pauses, resumes });
  expect(pauseHistory.length).toBe(pauses);
  expect(pauseHistory.filter(({ resumedAt }) => resumedAt === undefined).length).toBe(pauses - resumes);
}

/** Which entry of the states a request that was done has made. */
function numberOf(verb: Verb, { metrics }: JobDetails): number {
  return verb === 'pause' ? 2 * metrics.pauses - 1 : 2 * metrics.resumes;
}

function checkAnswer({ verb, from, to, details, code }: Answer, states: readonly string[]): void {
  const done = verb === 'pause' ? 'paused' : 'running';
  if (details !== undefined) {
    expect(details.state).toBe(done);
    const made = numberOf(verb, details);
    expect(states[made]).toBe(done);
    expect(made).toBeGreaterThanOrEqual(from);
    expect(made).toBeLessThan(to);
    return;
  }
  // Refused for being so already, which it was at some moment between.
  expect(code).toBe(verb === 'pause' ? 'JOB_NOT_RUNNING' : 'JOB_NOT_PAUSED');
  expect(states.slice(from - 1, to)).toContain(done);
}
