// What answers and requests promise of a job's version and of its step, and whether that is so on the disk and in the
// pipelines. A promise holds until somebody asks for something else.
import { numberedDatabase } from '../../../../server/jobs/dataDirectory';
import { runningName } from '../../../../server/jobs/versions';
import type { JobRecord } from '../../../../server/jobs/store';
import type { JobSnapshot } from '../../../../server/protocol/jobs';
import type { FakeDisk } from '../fakeStore';
import type { FakePipeline } from '../fakePipeline';
import type { JobName, Request } from './script';

interface Step {
  from: bigint;
  to: bigint;
}

/** A request, and what ran when it was asked for; undefined where that is not known, or others were there before it. */
export interface Asked {
  running: string | undefined;
  number: number;
}

const ofVersions: readonly Request['ask'][] = ['start', 'startPaused', 'drop', 'deploy', 'rollback'];

export class Promises {
  /** What runs, as `runningName` says it. */
  private readonly running = new Map<JobName, string>();
  private readonly steps = new Map<JobName, Step>();
  /** How often each job was asked for another version. */
  private readonly asked = new Map<JobName, number>();

  constructor(
    private readonly disk: FakeDisk,
    private readonly violated: (what: string) => void,
  ) {}

  /** A request begins, with `ahead` others of the job before it; `resting` is where the job stands if it is paused and nobody else asks for anything. */
  ask(job: JobName, request: Request, ahead: number, resting: bigint | undefined): Asked {
    this.steps.delete(job);
    if (request.ask === 'resumeFor' && ahead === 0 && resting !== undefined)
      this.steps.set(job, { from: resting, to: resting + BigInt(request.records) });
    const isOne = ofVersions.includes(request.ask);
    const number = (this.asked.get(job) ?? 0) + (isOne ? 1 : 0);
    this.asked.set(job, number);
    if (isOne) this.running.delete(job);
    return { running: ahead === 0 ? this.runningOnDisk(job) : undefined, number };
  }

  /** Something else may happen to the job now. */
  forgetStep(job: JobName): void {
    this.steps.delete(job);
  }

  /** At the moment of an answer it is durable. `isAlone`: nobody else asked for another version. */
  answered(job: JobName, request: Request, { number, running }: Asked): void {
    const isAlone = number === this.asked.get(job);
    const record = this.disk.jobs.get(job);
    if (record === undefined || (request.ask !== 'deploy' && request.ask !== 'rollback')) return;
    if (request.ask === 'deploy' && isAlone) {
      const { version, strategy } = request;
      const wanted = strategy.startsWith('CANARY') ? record.canary?.version : record.version;
      const isOther = strategy.startsWith('CANARY') ? false : record.canary !== undefined;
      if (wanted !== version || isOther)
        this.violated(`${job}: ${strategy} of ${version} was answered, the disk has ${runningName(record)}`);
    }
    if (!isAlone) return;
    this.running.set(job, runningName(record));
    if (running !== undefined && running !== runningName(record)) this.checkLeft(record, request, running);
  }

  /** What a version is called that does not run any more. */
  private checkLeft(
    { name, version, canary, versions = [] }: JobRecord,
    request: Request,
    running: string,
  ): void {
    const [before = '', beside] = running.split(' + ').map((part) => part.replace(/ .*/, ''));
    const left = version === before ? beside : before;
    if (left === undefined || left === canary?.version) return;
    const state = versions.find((known) => known.version === left)?.state;
    if (state !== (request.ask === 'rollback' ? 'rolled back' : 'previous'))
      this.violated(`${name}: ${request.ask} of ${running} has left ${left} as ${String(state)}`);
  }

  /** A refusal leaves the version as it was. */
  refused(job: JobName, request: Request, code: string, { running, number }: Asked): void {
    const now = this.runningOnDisk(job);
    if (request.ask === 'resumeFor') this.steps.delete(job);
    if (request.ask !== 'deploy' && request.ask !== 'rollback') return;
    if (number !== this.asked.get(job) || running === undefined || now === undefined) return;
    // Something that won over it: it may have been done by then.
    if (code === 'STOPPED_MEANWHILE' || code === 'STORAGE' || now === running) return;
    this.violated(`${job} was at ${running}; another version was refused with ${code}, the disk has ${now}`);
  }

  /** Whatever happens: what runs is what the disk says, and a step ends where it should. */
  check(job: JobSnapshot, record: JobRecord, position: bigint, pipelines: readonly FakePipeline[]): void {
    const name = job.name as JobName;
    const isBehind = isBehindDisk(job);
    const promised = this.running.get(name);
    if (promised !== undefined && promised !== runningName(record) && !isBehind)
      this.violated(`${name} was answered to be at ${promised}, the disk has ${runningName(record)}`);
    const key = keyOfJob(record);
    const own = pipelines.filter(({ shadow, reading }) => reading && !shadow);
    if (!isBehind && own.some((pipeline) => pipeline.key !== key))
      this.violated(`${name} reads on ${own.map((pipeline) => pipeline.key).join()}, the disk has ${key}`);
    const ahead = pipelines.find((pipeline) => pipeline.shadow && pipeline.position > position);
    if (ahead !== undefined)
      this.violated(`the version beside ${name} is at ${ahead.position}, the job at ${position}`);
    this.checkStep(job, position);
  }

  private checkStep({ name, state, pauseHistory }: JobSnapshot, position: bigint): void {
    const step = this.steps.get(name as JobName);
    if (step === undefined) return;
    const { from, to } = step;
    const last = pauseHistory.at(-1);
    const isOther = state === 'stopped' || state === 'failed' || last?.by === 'data loss';
    if (isOther) this.steps.delete(name as JobName);
    else if (position > to) this.violated(`${name} is at ${position}, and was to step from ${from} to ${to}`);
    else if (state === 'paused' && position !== to && (position !== from || last?.reason === 'step'))
      this.violated(`${name} stopped at ${position} in a step from ${from} to ${to}`);
  }

  private runningOnDisk(job: JobName): string | undefined {
    const record = this.disk.jobs.get(job);
    return record === undefined || record.dropping === true ? undefined : runningName(record);
  }
}

/** The place of a job's present database in what the world holds as committed. */
export function keyOfJob({ name, database = 0 }: JobRecord): string {
  return database === 0 ? name : numberedDatabase('data', name, database);
}

/** Whether something that has happened to a job could not be written yet. */
export function isBehindDisk({ warnings }: JobSnapshot): boolean {
  return warnings.some((warning) => warning.includes('cannot be written'));
}
