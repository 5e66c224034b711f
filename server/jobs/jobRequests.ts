// The requests of one job: each is one turn in its queue, after which the job looks what is due next.
import type { JobDetails } from '../protocol/jobs';
import { orAborted } from './deadline';
import type { JobCore } from './jobCore';
import { asError, messages } from './messages';
import { RequestQueue, Superseded, type RequestKind, type Submission, type Turn } from './requestQueue';
import { detailsOf } from './snapshots';

/** Of what a job does by itself. */
export const byJob: Submission = { by: 'job' };

export class JobRequests {
  private readonly queue: RequestQueue<JobDetails>;

  /** @param turnEnded called at the end of each turn, still within it */
  constructor(
    private readonly core: JobCore,
    private readonly turnEnded: () => void,
  ) {
    const { name, limits } = core;
    this.queue = new RequestQueue({
      waitingMax: limits.requestsMax,
      full: () => messages.tooManyRequests(name, limits.requestsMax),
      stopped: () => messages.stoppedMeanwhile(name),
    });
  }

  /** Its turn in the queue; resolves with the job as it is then. */
  submit(
    kind: RequestKind,
    act: (turn: Turn) => Promise<void>,
    submission: Submission = {},
  ): Promise<JobDetails> {
    const turn = async (own: Turn) => {
      try {
        await act(own);
      } finally {
        this.turnEnded();
      }
      return detailsOf(this.core);
    };
    return this.queue.submit(kind, turn, submission);
  }

  /** Between two turns, so that nobody opens or closes what is looked at. The end of the server ends the wait. */
  aside<T>(look: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const act = async (turn: Turn) => resolve(await orAborted(look(), turn.signal));
      this.submit('internal', act, byJob).catch(reject);
    });
  }

  /** A turn nobody waits for. */
  quietly(act: (core: JobCore, turn: Turn) => Promise<void>): void {
    this.unheard(this.submit('internal', (turn) => act(this.core, turn), byJob));
  }

  /** Logs what becomes of a request nobody waits for, if it is worth it. */
  unheard(turn: Promise<unknown>): void {
    turn.catch((error: unknown) => this.log(error));
  }

  /** Ends what runs or waits with `error()`, refuses the rest; resolves when nothing acts any more. */
  end(error: () => Error): Promise<void> {
    return this.queue.end(error);
  }

  /** Ends what waits, from inside the last turn. */
  endAfter(error: () => Error): void {
    this.queue.endAfter(error);
  }

  /** Unless the request was overtaken by another one. */
  log(error: unknown): void {
    if (error instanceof Superseded) return;
    const { code, message } = asError(error, this.core.name);
    if (code !== 'STOPPED_MEANWHILE' && code !== 'CANCELLED') this.core.around.log('warn', message);
  }
}
