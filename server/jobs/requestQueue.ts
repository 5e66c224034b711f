// The one queue of a job. Invariants:
// 1. One request runs at a time, in the order of arrival.
// 2. A request equal to the last one that runs or waits (kind and `sameAs`) joins it and gets its result.
// 3. STOP and DROP win: what runs or waits before them ends with STOPPED_MEANWHILE. PAUSE and RESTART win so over a
//    version that catches up beside the job.
// 4. A turn that lost its right to act is superseded: its `check` throws, so a late callback cannot act.

export type RequestKind =
  'start' | 'recover' | 'pause' | 'resume' | 'restart' | 'deploy' | 'catchUp' | 'stop' | 'drop' | 'internal';

const beatenByStop: readonly RequestKind[] = [
  'start',
  'recover',
  'pause',
  'resume',
  'restart',
  'deploy',
  'catchUp',
];

/** What each kind wins over; the others wait for each other. */
const winsOver: Partial<Record<RequestKind, readonly RequestKind[]>> = {
  stop: beatenByStop,
  drop: beatenByStop,
  pause: ['catchUp'],
  restart: ['catchUp'],
};

/** Thrown inside a turn that may no longer act. Nobody outside sees it. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** One request's time to act. */
export class Turn {
  private readonly controller = new AbortController();

  constructor(
    /** Counts up over the job's life: what a late callback compares. */
    readonly number: number,
  ) {}

  /** Fires, with a Superseded as its reason, when the turn may no longer act. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** To be called after every wait. @throws Superseded */
  check(): void {
    this.controller.signal.throwIfAborted();
  }

  supersede(): void {
    this.controller.abort(new Superseded());
  }
}

/** How a request stands to others. */
export interface Submission {
  /** What a job does by itself is not joined: it may turn out to be out of date, and then does nothing. */
  by?: 'user' | 'job';
  /** Requests of one kind are equal when these are. */
  sameAs?: string;
}

interface Request<T> {
  kind: RequestKind;
  by: 'user' | 'job';
  sameAs: string;
  turn: Turn;
  run: (turn: Turn) => Promise<T>;
  result: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

export class RequestQueue<T> {
  private readonly waiting: Request<T>[] = [];
  private current: Request<T> | undefined;
  private turns = 0;
  private ended: (() => Error) | undefined;
  private idle: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      /** Most requests that wait; more are refused. */
      waitingMax: number;
      full: () => Error;
      stopped: () => Error;
    },
  ) {}

  /** Runs `run` in its turn, or joins an equal request. */
  submit(kind: RequestKind, run: (turn: Turn) => Promise<T>, submission: Submission = {}): Promise<T> {
    const { by = 'user', sameAs = '' } = submission;
    if (this.ended !== undefined) return Promise.reject(this.ended());
    const last = this.last();
    if (by === 'user' && last?.by === 'user' && last.kind === kind && last.sameAs === sameAs)
      return last.result;
    if (kind !== 'internal' && this.waiting.length >= this.options.waitingMax) {
      return Promise.reject(this.options.full());
    }
    this.beat(winsOver[kind] ?? [], this.options.stopped);
    const request = this.request({ kind, by, sameAs }, run);
    this.waiting.push(request);
    if (this.current === undefined) this.idle = this.work();
    return request.result;
  }

  /** Ends everything that runs or waits with `error()`, refuses the rest. Resolves when nothing acts any more. */
  async end(error: () => Error): Promise<void> {
    this.ended ??= error;
    this.beat(undefined, error);
    await this.idle;
  }

  /** Ends the queue from inside its last turn, which goes on. */
  endAfter(error: () => Error): void {
    this.ended ??= error;
    for (const request of this.waiting.splice(0)) request.reject(error());
  }

  private request(
    what: Pick<Request<T>, 'kind' | 'by' | 'sameAs'>,
    run: (turn: Turn) => Promise<T>,
  ): Request<T> {
    let resolve: (value: T) => void = () => undefined;
    let reject: (error: Error) => void = () => undefined;
    const result = new Promise<T>((onValue, onError) => {
      resolve = onValue;
      reject = onError;
    });
    // Nobody may be waiting for it; whoever is sees the rejection all the same.
    result.catch(() => undefined);
    this.turns += 1;
    return { ...what, turn: new Turn(this.turns), run, result, resolve, reject };
  }

  /** The newest request of a user that still counts. */
  private last(): Request<T> | undefined {
    const waiting = this.waiting.filter((request) => request.kind !== 'internal').at(-1);
    if (waiting !== undefined) return waiting;
    const { current } = this;
    return current?.kind === 'internal' || current?.turn.signal.aborted === true ? undefined : current;
  }

  /** Ends requests of these kinds (all of them when not given) before their time. */
  private beat(kinds: readonly RequestKind[] | undefined, error: () => Error): void {
    const beaten = (request: Request<T>) => kinds?.includes(request.kind) ?? true;
    for (const request of this.waiting.filter(beaten)) request.reject(error());
    const kept = this.waiting.filter((request) => !beaten(request));
    this.waiting.splice(0, this.waiting.length, ...kept);
    if (this.current !== undefined && beaten(this.current)) {
      this.current.turn.supersede();
      this.current.reject(error());
    }
  }

  private async work(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.current = next;
      try {
        next.resolve(await next.run(next.turn));
      } catch (error) {
        next.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.current = undefined;
  }
}
