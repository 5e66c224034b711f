// The job server under thousands of random scripts on virtual time. A seed that fails is made as short as it goes and
// printed with what happened; SEED=n runs it again alone.
import { describe, expect, it } from 'vitest';
import { scriptOf, type Script } from './script';
import { Simulation, Violation } from './simulation';

const seedsUnlessGiven = 2000;
const traceLines = 80;

interface Failure {
  script: Script;
  trace: string[];
  violation: Violation;
}

async function failureOf(script: Script): Promise<Failure | undefined> {
  const simulation = new Simulation(script);
  try {
    await simulation.run();
    return undefined;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { script, trace: simulation.trace, violation: error };
  }
}

/** Leaves out one event after the other, as long as it still fails. */
async function shortened(failure: Failure): Promise<Failure> {
  let shortest = failure;
  for (let i = shortest.script.events.length - 1; i >= 0; i--) {
    const { script } = shortest;
    const events = script.events.filter((_, at) => at !== i);
    shortest = (await failureOf({ ...script, events })) ?? shortest;
  }
  return shortest;
}

async function describeFailure(failure: Failure): Promise<string> {
  const { seed, events } = failure.script;
  const { script, trace, violation } = await shortened(failure);
  return [
    `Seed ${seed}: ${violation.message}`,
    `Again: SEED=${seed} npx vitest run test/unit/jobs/simulation`,
    `Of ${events.length} events these are enough:`,
    ...script.events.map((event) => JSON.stringify(event)),
    'What happened:',
    ...trace.slice(-traceLines),
  ].join('\n');
}

describe('the job server on virtual time', () => {
  it('answers every request, keeps what it answered, and never reads while it is paused, whatever happens', async () => {
    const { SEED, SEEDS } = process.env;
    const first = SEED === undefined ? 1 : Number(SEED);
    const count = SEED === undefined ? Number(SEEDS ?? seedsUnlessGiven) : 1;
    for (let seed = first; seed < first + count; seed++) {
      const failure = await failureOf(scriptOf(seed));
      if (failure !== undefined) expect.fail(await describeFailure(failure));
    }
  }, 300_000);
});
