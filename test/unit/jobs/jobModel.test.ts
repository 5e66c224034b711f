// The state machine against a simple model, on virtual time: random requests in any order and overlap, crashes,
// failing and silent engines, full disks, late words of pipelines that are gone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { JobDetails, JobState } from '../../../server/protocol/jobs';
import { stream, type Behaviour, type Call } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';
const verbs = ['pause', 'resume', 'stop', 'forceStop', 'restart'] as const;
type Verb = (typeof verbs)[number];

function ask(harness: Harness, verb: Verb): Promise<JobDetails> {
  const { job } = harness;
  switch (verb) {
    case 'pause':
      return job.pause({ by });
    case 'resume':
      return job.resume({ by });
    case 'stop':
      return job.stop(by, false);
    case 'forceStop':
      return job.stop(by, true);
    case 'restart':
      return job.restart();
  }
}

/** What each request does to a job that is in no transition: the new state, or the refusal. */
const model: Record<Verb, Partial<Record<JobState, JobState | `JOB_${string}`>>> = {
  pause: { running: 'paused', paused: 'JOB_NOT_RUNNING', stopped: 'JOB_NOT_RUNNING' },
  resume: { running: 'JOB_NOT_PAUSED', paused: 'running', stopped: 'JOB_NOT_PAUSED' },
  stop: { running: 'stopped', paused: 'stopped', stopped: 'JOB_NOT_RUNNING' },
  forceStop: { running: 'stopped', paused: 'stopped', stopped: 'JOB_NOT_RUNNING' },
  restart: { running: 'running', paused: 'JOB_NOT_RUNNING', stopped: 'running' },
};

describe('one request after the other', () => {
  it('goes by the model, and counts what was done', async () => {
    const steps = fc.array(fc.constantFrom(...verbs, 'crash' as const), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (requests) => {
        const harness = new Harness();
        await harness.running();
        let state: JobState = 'running';
        const done = { pauses: 0, resumes: 0 };
        for (const request of requests) {
          harness.engine.openPipelines.at(-1)?.process(7);
          if (request === 'crash') {
            harness.crash();
            await harness.clock.advance(1000);
          } else {
            const expected = model[request][state];
            const answer = await outcome(harness.clock, ask(harness, request));
            expect(answer).toBe(expected?.startsWith('JOB_') === true ? expected : 'done');
            if (answer === 'done') {
              state = expected as JobState;
              if (request === 'pause') done.pauses += 1;
              if (request === 'resume') done.resumes += 1;
            }
          }
          expect(harness.job.state).toBe(state);
          expect(harness.job.snapshot().desired).toBe(state);
        }
        expect(harness.job.details().metrics).toMatchObject(done);
        expect(harness.met).toMatchObject({ paused: done.pauses, resumed: done.resumes });
        checkHistory(harness);
      }),
      { numRuns: 150 },
    );
  });
});

type Step =
  | { do: Verb }
  | { do: 'wait'; ms: number }
  | { do: 'crash' | 'fullDisk' | 'finished' | 'lateWord' | 'badRecord' | 'brokenPipeline' }
  | { do: 'misbehave'; call: Call; behaviour: Behaviour };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...verbs).map((verb): Step => ({ do: verb })) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(0, 1, 2, 5, 900, 7_000, 40_000, 700_000)
      .map((ms): Step => ({ do: 'wait', ms })),
  },
  {
    weight: 3,
    arbitrary: fc.record<Step & { do: 'misbehave' }>({
      do: fc.constant('misbehave'),
      call: fc.constantFrom('open', 'run', 'quiesce', 'close'),
      behaviour: fc.constantFrom('fail', 'unavailable', 'dataLoss', 'hang', 'heed', 'late'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('crash', 'fullDisk', 'finished', 'lateWord', 'badRecord', 'brokenPipeline')
      .map((what): Step => ({ do: what })),
  },
);

const codes = new Set([
  'JOB_NOT_RUNNING',
  'JOB_NOT_PAUSED',
  'PAUSE_TIMEOUT',
  'RESUME_TIMEOUT',
  'STOPPED_MEANWHILE',
  'STORAGE',
  'SOURCE_UNAVAILABLE',
  'SINK_FAILED',
  'DATA_LOSS',
  'SOURCE_FAILED',
]);
const inTransition: JobState[] = ['pausing', 'resuming', 'stopping'];

class Run {
  readonly harness = new Harness();
  /** Distinct answers: requests that joined share one. */
  readonly pausesAnswered = new Set<JobDetails>();
  readonly resumesAnswered = new Set<JobDetails>();
  private readonly surprises: string[] = [];
  private open = 0;

  async step(step: Step): Promise<void> {
    const { harness } = this;
    const pipeline = harness.engine.pipelines.at(-1);
    switch (step.do) {
      case 'wait':
        await harness.clock.advance(step.ms);
        return;
      case 'crash':
        harness.crash();
        this.open = 0;
        return;
      case 'misbehave':
        harness.world.misbehave(step.call, step.behaviour);
        return;
      case 'fullDisk':
        harness.disk.failing = 1;
        return;
      case 'finished':
        pipeline?.events.finished();
        return;
      case 'badRecord':
        pipeline?.events.pauseWanted('no JSON');
        return;
      case 'brokenPipeline':
        if (pipeline !== undefined) pipeline.reading = false;
        pipeline?.events.failed(new StreamJobsError('SOURCE_FAILED', 'The source broke.'));
        return;
      case 'lateWord':
        this.lateWord();
        return;
      default:
        this.request(step.do);
    }
  }

  /** A pipeline that was let go of speaks up: nothing may come of it. */
  private lateWord(): void {
    const gone = this.harness.engine.pipelines.find((pipeline) => pipeline.closed);
    gone?.events.finished();
    gone?.events.failed(new StreamJobsError('SOURCE_FAILED', 'Late.'));
    gone?.events.pauseWanted('late');
  }

  private request(verb: Verb): void {
    const { harness } = this;
    const life = harness.engine;
    this.open += 1;
    ask(harness, verb).then(
      (details) => {
        if (harness.engine !== life) return;
        this.open -= 1;
        if (verb === 'pause') this.pauseAnswered(details);
        if (verb === 'resume') this.resumesAnswered.add(details);
      },
      (error: unknown) => {
        if (harness.engine !== life) return;
        this.open -= 1;
        const code = error instanceof StreamJobsError ? error.code : '';
        if (!codes.has(code)) this.surprises.push(String(error));
      },
    );
  }

  /** At the moment of the answer everything about the pause is durable, and nothing is read. */
  private pauseAnswered(details: JobDetails): void {
    this.pausesAnswered.add(details);
    expect(details.state).toBe('paused');
    const last = details.pauseHistory.at(-1);
    const durable = this.harness.disk.history(stream).at(-1)?.event;
    expect(durable).toMatchObject({ pausedAt: last?.pausedAt, by: last?.by });
  }

  check(): void {
    const { engine, job } = this.harness;
    expect(engine.openPipelines.length).toBeLessThanOrEqual(2);
    if (job.state === 'paused' || job.state === 'stopped' || job.state === 'failed') {
      expect(engine.pipelines.filter((pipeline) => pipeline.reading)).toEqual([]);
    }
  }

  /** With an engine that behaves and a disk that takes writes, everything comes to rest, and can be paused. */
  async end(): Promise<void> {
    const { harness } = this;
    harness.world.behaveWell();
    harness.disk.failing = 0;
    await harness.clock.advance(120_000);
    expect(this.surprises).toEqual([]);
    expect(this.open).toBe(0);
    expect(inTransition).not.toContain(harness.job.state);
    const { metrics } = harness.job.details();
    expect(metrics.pauses).toBeGreaterThanOrEqual(this.pausesAnswered.size);
    expect(metrics.resumes).toBeGreaterThanOrEqual(this.resumesAnswered.size);
    checkHistory(harness);
    const before = harness.job.snapshot();
    harness.crash();
    await harness.clock.advance(10_000);
    // An engine that never finished opening left it starting: a new process gets it to run.
    const state = before.state === 'starting' ? 'running' : before.state;
    expect(harness.job.snapshot()).toMatchObject({ state, desired: before.desired });
    expect(harness.log.filter((line) => line.includes('a mistake in the server'))).toEqual([]);
  }
}

describe('anything at any time', () => {
  it('answers every request, never reads while paused, keeps what it answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (script) => {
        const run = new Run();
        await run.harness.running();
        for (const step of script) {
          await run.step(step);
          run.check();
          run.harness.engine.openPipelines.at(-1)?.process(3);
        }
        await run.end();
      }),
      { numRuns: 300 },
    );
  });
});

/** One closed event for each cycle, the last one open exactly while the job is paused; the same on disk. */
function checkHistory(harness: Harness): void {
  const { job } = harness;
  const details = job.details();
  const history = details.pauseHistory;
  const open = history.filter((event) => event.resumedAt === undefined);
  expect(open.length).toBe(job.state === 'paused' ? 1 : 0);
  if (open.length === 1) expect(history.at(-1)).toBe(open[0]);
  expect(history.length).toBe(details.metrics.pauses);
  expect(harness.disk.history(stream).map(({ event }) => event)).toEqual(history);
}
