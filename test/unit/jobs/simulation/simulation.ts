// One simulation: the real job server, registry, jobs, queues and journal on virtual time, under a script. After every
// event everything that must always be true is looked at; what is not is thrown as a Violation.
import { StreamJobServer } from '../../../../server/jobs/streamJobServer';
import { StreamJobsError } from '../../../../server/protocol/errors';
import type { JobDetails, JobSnapshot } from '../../../../server/protocol/jobs';
import { Random } from '../../../random';
import { FakeClock } from '../fakeClock';
import type { FakePipeline } from '../fakePipeline';
import { FakeDisk } from '../fakeStore';
import { query, tables } from '../servers';
import { LifeClock, noFaults, SimulatedEngine, simulatedLimits, SimulatedStore } from './machine';
import { SimulatedWorld } from './output';
import { isBehindDisk, keyOfJob, Promises } from './promises';
import { jobNames, type Event, type JobName, type Request, type Script, type Word } from './script';

export class Violation extends Error {
  override readonly name = 'Violation';
}

/** What a request may be refused with, whatever else is going on. */
const refusals = new Set([
  ...['JOB_NOT_FOUND', 'JOB_EXISTS', 'JOB_NOT_RUNNING', 'JOB_NOT_PAUSED', 'PAUSE_TIMEOUT', 'RESUME_TIMEOUT'],
  ...['VERSION_EXISTS', 'VERSION_NOT_FOUND', 'DEPLOY_FAILED', 'SINK_UNAVAILABLE', 'BAD_RECORD'],
  ...['STOPPED_MEANWHILE', 'STORAGE', 'SOURCE_UNAVAILABLE', 'SINK_FAILED', 'DATA_LOSS', 'SOURCE_FAILED'],
]);
/** Longest a request may take, and each that was there before it, one of the job itself too; in virtual time. */
const answerMs = 60_000;
/** Without faults everything has come to rest after so long. */
const restMs = 400_000;
const by = 'ada';

interface Pending {
  job: JobName;
  ask: Request['ask'];
  since: number;
  ahead: number;
}

/** One server from its start to its crash. */
interface Life {
  clock: LifeClock;
  store: SimulatedStore;
  engine: SimulatedEngine;
  server: StreamJobServer | undefined;
  pending: Set<Pending>;
}

export class Simulation {
  readonly trace: string[] = [];
  private readonly clock = new FakeClock();
  private readonly disk = new FakeDisk();
  private readonly world = new SimulatedWorld((what) => this.violated(what));
  private readonly promises = new Promises(this.disk, (what) => this.violated(what));
  private readonly random: Random;
  private faults;
  private life: Life;
  /** Jobs whose pause was answered, with nobody asking for anything since: how much they had read, and their letters. */
  private readonly resting = new Map<JobName, { position: bigint; letters: number }>();
  private readonly atItsEnd = new WeakSet<FakePipeline>();
  private crashes = 0;
  private violation: Violation | undefined;

  constructor(private readonly script: Script) {
    this.random = new Random(script.seed ^ 0x5eed);
    this.faults = script.faults;
    this.life = this.newLife();
    this.clock.observe = () => this.happened();
  }

  /** @throws Violation */
  async run(): Promise<void> {
    this.faults = noFaults;
    await this.open();
    await this.clock.until(this.server.execute(tables, { by }));
    this.faults = this.script.faults;
    const started = this.clock.monotonic();
    for (const event of this.script.events) {
      await this.advanceTo(started + event.at);
      await this.perform(event);
    }
    await this.comeToRest();
  }

  private get server(): StreamJobServer {
    const { server } = this.life;
    if (server === undefined) throw new Violation('The server did not open.');
    return server;
  }

  private newLife(): Life {
    const clock = new LifeClock(this.clock);
    const faults = () => this.faults;
    return {
      clock,
      store: new SimulatedStore(this.disk, clock, this.random, faults),
      engine: new SimulatedEngine(this.world, this.clock, clock, this.random, faults),
      server: undefined,
      pending: new Set(),
    };
  }

  private async open(): Promise<void> {
    const { clock, engine, store } = this.life;
    const log = (_level: string, message: string) => {
      this.note(message);
      if (message.includes('a mistake in the server')) this.violated(message);
    };
    const limits = simulatedLimits;
    const diskSpace = () => Promise.resolve(undefined);
    const fixed = { dataDir: 'data', environment: {}, clock, engine, store, log, limits, diskSpace };
    this.life.server = await this.clock.until(StreamJobServer.open(fixed));
  }

  private async advanceTo(time: number): Promise<void> {
    const ms = time - this.clock.monotonic();
    if (ms > 0) await this.clock.advance(ms);
    if (this.violation !== undefined) throw this.violation;
  }

  private async perform(event: Event): Promise<void> {
    if ('crash' in event) return this.crash();
    if ('clockJumpsMs' in event) {
      this.note(`the clock jumps ${Math.round(event.clockJumpsMs)} ms`);
      this.clock.wall += event.clockJumpsMs;
    } else if ('says' in event) this.say(event.job, event.says);
    else this.ask(event.job, event);
  }

  private async crash(): Promise<void> {
    this.note('the server crashes');
    this.crashes += 1;
    const { engine, store, clock } = this.life;
    clock.alive = false;
    engine.cut();
    store.cut();
    this.life = this.newLife();
    await this.open();
    for (const [job] of this.resting) {
      const state = this.server.listJobs().find(({ name }) => name === job)?.state;
      if (state !== 'paused') this.violated(`${job} was paused, and came back ${String(state)}`);
    }
  }

  private ask(job: JobName, request: Request): void {
    const { life } = this;
    const ahead = [...life.pending].filter((other) => other.job === job).length;
    const pending = { job, ask: request.ask, since: this.clock.monotonic(), ahead };
    life.pending.add(pending);
    const asked = this.promises.ask(job, request, ahead, this.resting.get(job)?.position);
    this.resting.delete(job);
    this.note(`${job}: ${JSON.stringify(request)} asked`);
    const answered = (text: string) => {
      life.pending.delete(pending);
      this.note(`${job}: ${request.ask} ${text}`);
    };
    this.send(job, request).then(
      (details) => {
        if (life !== this.life) return;
        answered('answered');
        this.promises.answered(job, request, asked);
        this.answered(job, request, details);
      },
      (error: unknown) => {
        if (life !== this.life) return;
        const code = error instanceof StreamJobsError ? error.code : '';
        answered(code === '' ? String(error) : code);
        const isBehind = this.server.listJobs().some((other) => other.name === job && isBehindDisk(other));
        if (!isBehind) this.promises.refused(job, request, code, asked);
        if (!refusals.has(code)) this.violated(`${job}: ${request.ask} was refused with ${String(error)}`);
      },
    );
  }

  private async send(name: JobName, request: Request): Promise<JobDetails | undefined> {
    const { server } = this;
    switch (request.ask) {
      case 'start':
      case 'startPaused':
        return server.deploy({ name, sql: query, by, paused: request.ask === 'startPaused' });
      case 'pause': {
        const { cold, forMs } = request;
        const timed = forMs === undefined ? {} : { forMs };
        return server.pauseJob(name, { by, ...timed, ...(cold === undefined ? {} : { cold }) });
      }
      case 'resume':
        return server.resumeJob(name, { by });
      case 'resumeFor':
        return server.resumeJob(name, { by, records: request.records });
      case 'stop':
      case 'forceStop':
        return server.stopJob(name, { by, force: request.ask === 'forceStop' });
      case 'restart':
        return server.restartJob(name, { by });
      case 'drop':
        await server.dropJob(name, { by });
        return undefined;
      case 'deploy': {
        const { version, strategy } = request;
        return this.execute(name, `DEPLOY JOB ${name} VERSION '${version}' AS ${query} STRATEGY ${strategy}`);
      }
      case 'rollback':
        return this.execute(name, `ROLLBACK JOB ${name}`);
      case 'retry':
        return this.execute(name, `RETRY DEAD LETTERS FOR ${name}`);
    }
  }

  private async execute(name: JobName, sql: string): Promise<JobDetails> {
    const { server } = this;
    const [result] = (await server.execute(sql, { by })).results;
    if (result?.error !== undefined) throw new StreamJobsError(result.error.code, result.error.message);
    return server.getJobDetails(name);
  }

  /** At the moment of an answer what it says is on the disk. */
  private answered(job: JobName, request: Request, details: JobDetails | undefined): void {
    const record = this.disk.jobs.get(job);
    if (request.ask === 'drop') return;
    if (details === undefined) {
      this.violated(`${job}: ${request.ask} was answered with nothing`);
      return;
    }
    const { ask } = request;
    if (ask === 'pause' || ask === 'startPaused') {
      const last = this.disk.history(job).find(({ number }) => number === details.metrics.pauses);
      const said = details.pauseHistory.at(-1);
      if (details.state !== 'paused' || last?.event.pausedAt !== said?.pausedAt)
        this.violated(`${job}: ${ask} was answered ${details.state}, the disk has ${JSON.stringify(last)}`);
      // Others asked too, or a timer will: then it need not stay.
      const isAlone = ![...this.life.pending].some((pending) => pending.job === job);
      const isTimed = details.pause?.until !== undefined;
      if (isAlone && !isTimed && record?.desired === 'paused') this.resting.set(job, this.restingPoint(job));
    }
    if (
      ask === 'resume' &&
      (details.state !== 'running' || details.pauseHistory.at(-1)?.resumedAt === undefined)
    )
      this.violated(
        `${job}: resume was answered ${details.state}, ${JSON.stringify(details.pauseHistory.at(-1))}`,
      );
  }

  private isDeploying(name: string): boolean {
    return [...this.life.pending].some(
      ({ job, ask }) => job === name && (ask === 'deploy' || ask === 'rollback'),
    );
  }

  /** A pipeline speaks up, one that was let go of too: nothing may come of that. */
  private say(job: JobName, word: Word): void {
    // The end of its sources is the end of the job; one beside it only waits there.
    const own = this.life.engine.pipelines.filter(
      ({ name, shadow }) => name === job && !(shadow && word === 'finished'),
    );
    const pipeline =
      word === 'late' ? own.find(({ closed }) => closed) : own.filter(({ closed }) => !closed).at(-1);
    if (pipeline === undefined) return;
    this.note(`${job}: its pipeline says ${word}`);
    this.promises.forgetStep(job);
    const failure = new StreamJobsError('SOURCE_FAILED', 'The source broke.');
    if (word === 'badRecord' || word === 'late') pipeline.events.pauseWanted('no JSON');
    if (word === 'finished' || word === 'late') pipeline.events.finished();
    if (word === 'broken' || word === 'late') pipeline.events.failed(failure);
    if (word === 'broken' || word === 'finished') this.atItsEnd.add(pipeline);
  }

  /** After each event: pipelines read a little, then everything is looked at. */
  private happened(): void {
    const { server, engine } = this.life;
    if (server === undefined || this.violation !== undefined) return;
    for (const pipeline of engine.openPipelines) {
      // It has said that it reads no more, whatever call of it was under way.
      if (this.atItsEnd.has(pipeline)) pipeline.reading = false;
      pipeline.process(1 + this.random.integer(3));
      // A batch of a running job is committed now and then.
      if (!pipeline.reading || !this.random.chance(0.3)) continue;
      this.world.commit(pipeline);
      if (this.isDeploying(pipeline.name) && this.random.chance(this.faults.engine * 0.3))
        this.say(pipeline.name as JobName, 'broken');
      if (!pipeline.shadow && this.random.chance(0.1)) this.world.addLetter(pipeline.name);
    }
    for (const job of server.listJobs()) this.check(job);
    for (const [job, { position, letters }] of this.resting) {
      const now = this.restingPoint(job);
      if (now.position !== position || now.letters !== letters)
        this.violated(
          `${job} is paused and went on from ${position} to ${now.position}, with ${letters} and ${now.letters} letters`,
        );
    }
    for (const { job, ask, since, ahead } of this.life.pending)
      if (this.clock.monotonic() - since > answerMs * (ahead + 2))
        this.violated(`${job}: ${ask} has no answer after ${this.clock.monotonic() - since} ms`);
  }

  private check(job: JobSnapshot): void {
    const { name, state, pauseHistory } = job;
    const reading = this.life.engine.openPipelines.filter(
      (pipeline) => pipeline.name === name && pipeline.reading && !pipeline.shadow,
    );
    const isQuiet = state === 'paused' || state === 'stopped' || state === 'failed';
    if (isQuiet && reading.length > 0) this.violated(`${name} is ${state}, and reads`);
    if (reading.length > 1) this.violated(`${name} reads with ${reading.length} pipelines`);
    const record = this.disk.jobs.get(name);
    // What is on its way out is nobody's any more.
    if (record?.dropping === true) return;
    const isBehind = isBehindDisk(job);
    // The wish is written while it becomes quiet.
    if (state === 'paused' && record?.desired !== 'paused' && !isBehind)
      this.violated(`${name} is ${state}, the disk wants it ${String(record?.desired)}`);
    const onDisk = this.disk.history(name).at(-1)?.event;
    if (onDisk !== undefined && onDisk.resumedAt === undefined && record?.desired !== 'paused')
      this.violated(`${name} has an open pause on the disk, which wants it ${String(record?.desired)}`);
    if (state === 'resuming' && reading.length > 0 && record?.desired !== 'running')
      this.violated(`${name} reads, the disk wants it ${String(record?.desired)}`);
    const pipelines = this.life.engine.openPipelines.filter((pipeline) => pipeline.name === name);
    if (record !== undefined) this.promises.check(job, record, this.positionOf(name as JobName), pipelines);
    const open = pauseHistory.filter(({ resumedAt }) => resumedAt === undefined);
    if (open.length > 1 || (open.length === 1 && open[0] !== pauseHistory.at(-1)))
      this.violated(`${name} has open pauses in its history: ${JSON.stringify(pauseHistory)}`);
    if (open.length > 0 && (state === 'running' || state === 'stopped' || state === 'failed'))
      this.violated(`${name} is ${state}, its last pause is open`);
    // A pause that began before a crash is measured on the clock that people see: there is no other.
    const longest = this.crashes === 0 ? this.clock.monotonic() : Infinity;
    const wrong = pauseHistory.find(({ durationMs = 0 }) => durationMs < 0 || durationMs > longest);
    if (wrong !== undefined) this.violated(`${name} was paused for ${String(wrong.durationMs)} ms`);
  }

  /** With an engine that behaves and a disk that takes writes, every request is answered and every job at rest. */
  private async comeToRest(): Promise<void> {
    this.faults = noFaults;
    this.world.behaveWell();
    await this.advanceTo(this.clock.monotonic() + restMs);
    // Not while one that ends by itself is still to come.
    await this.advanceTo(this.clock.monotonic() + this.pausedForMs());
    if (this.life.pending.size > 0) this.violated(`${this.life.pending.size} requests have no answer`);
    const before = jobNames.map((job) => this.finalState(job));
    this.note('the end: crash, and come back');
    await this.crash();
    await this.advanceTo(this.clock.monotonic() + restMs);
    for (const [i, job] of jobNames.entries()) {
      const now = this.finalState(job);
      const { spareDatabases = [] } = this.disk.jobs.get(job) ?? {};
      if (spareDatabases.length > 0) this.violated(`${job} keeps databases ${spareDatabases.join()}`);
      if (now !== before[i]) this.violated(`${job} came back ${now} and was ${String(before[i])}`);
    }
    if (this.violation !== undefined) throw this.violation;
    this.life.clock.alive = false;
  }

  /** Until every pause with an end has ended, and what came of it. */
  private pausedForMs(): number {
    const ends = this.server.listJobs().flatMap(({ pauseHistory }) => {
      const { until, resumedAt } = pauseHistory.at(-1) ?? {};
      return until === undefined || resumedAt !== undefined ? [] : [Date.parse(until) - this.clock.now()];
    });
    return ends.length === 0 ? 0 : Math.max(0, ...ends) + restMs;
  }

  private finalState(name: JobName): string {
    const found = this.server.listJobs().some((job) => job.name === name);
    // A drop that failed half way is completed at the next start.
    if (this.disk.jobs.get(name)?.dropping === true) return 'absent';
    if (!found) return this.disk.jobs.has(name) ? 'on the disk only' : 'absent';
    const { state, desired, metrics, pauseHistory } = this.server.getJobDetails(name);
    if (!['running', 'paused', 'stopped', 'failed'].includes(state)) this.violated(`${name} stays ${state}`);
    const open = pauseHistory.filter(({ resumedAt }) => resumedAt === undefined).length;
    const { pauses, resumes } = metrics;
    if (pauseHistory.length !== pauses || open !== (state === 'paused' ? 1 : 0) || resumes > pauses)
      this.violated(
        `${name} is ${state} after ${pauses} pauses and ${resumes} resumes: ${JSON.stringify(pauseHistory)}`,
      );
    const durable = this.disk.history(name).map(({ event }) => event);
    if (JSON.stringify(durable) !== JSON.stringify(pauseHistory))
      this.violated(
        `${name}: the disk has ${JSON.stringify(durable)}, the job ${JSON.stringify(pauseHistory)}`,
      );
    const { versions = [], version, canary, database } = this.disk.jobs.get(name) ?? {};
    const states = versions.map((known) => [known.version, known.state]);
    if (versions.some((known) => known.state === 'deploying'))
      this.violated(`${name} has versions ${JSON.stringify(states)}`);
    return JSON.stringify({ state, desired, pauses, resumes, version, canary, database, states });
  }

  private positionOf(job: JobName): bigint {
    const own = this.life.engine.openPipelines.filter(({ name, shadow }) => name === job && !shadow);
    const record = this.disk.jobs.get(job);
    const committed = record === undefined ? undefined : this.world.committed.get(keyOfJob(record));
    return own.at(-1)?.position ?? committed ?? 0n;
  }

  private restingPoint(job: JobName): { position: bigint; letters: number } {
    return { position: this.positionOf(job), letters: this.world.lettersOf(job).length };
  }

  private violated(what: string): void {
    this.note(`VIOLATION: ${what}`);
    this.violation ??= new Violation(what);
  }

  private note(text: string): void {
    this.trace.push(`${String(this.clock.monotonic()).padStart(7)} ${text}`);
  }
}
