// A data directory that outlives its servers: each round starts one, checks that it came back as the model says,
// makes requests of it, and sees it end where it was told to.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetails, JobSnapshot } from '../../server/protocol/jobs';
import { points, type Blow, type Reach, type TraceLine, type Verb } from './points';
import type { Random } from '../random';
import { Gone, ServerProcess } from './serverProcess';
import { after, canaryOf, cutShort, nowhere, runningVersions, wayTo, type Standing } from './standing';
import { readTrace } from './trace';
import { stepRecords, type TestJob } from './testJob';

/** Whether a stopped job is on its way out is not to be seen at once, when the entry that says so may not be durable. */
const unsureMs = 1_500;
/** Records to wait for in one `read`. */
const readRecords = 300;
/** How long a server may take to bring its jobs back, or a job to read. */
const waitMs = 30_000;
/** How long a paused job is watched, and not expected to do anything. */
const watchMs = 20;
/** Requests made to come to a point, before it is called out of reach. */
const triesMax = 12;

const atRest: readonly string[] = ['running', 'paused', 'stopped', 'failed'];

type JournalLine = Extract<TraceLine, { journal: string }>;

export class Site {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'stream-jobs-crash-'));
  private readonly trace = path.join(this.folder, 'trace.jsonl');
  private readonly job: TestJob;
  private standing = nowhere;
  private inFlight: Verb | undefined;
  /** The version that the last request brings or brought. */
  private version = 1;
  /** Versions that may have written rows since those were last compared. */
  private writers = new Set<string>();
  /** Records read when the step in flight was asked for. */
  private readBefore = 0;
  private server: ServerProcess | undefined;

  constructor(
    makeJob: (folder: string) => TestJob,
    private readonly random: Random,
  ) {
    mkdirSync(path.join(this.folder, 'data'), { mode: 0o700 });
    writeFileSync(this.trace, '');
    this.job = makeJob(this.folder);
  }

  /** One server's life. Resolves to whether it was struck at its point; it has ended then. @throws Error what went wrong */
  async round(blow: Blow): Promise<boolean> {
    const passedBefore = readTrace(this.trace).length;
    const server = (this.server = new ServerProcess(this.folder, this.trace, blow));
    try {
      await this.live(server, blow.reach ?? points[blow.point]);
      // Not struck yet: the rest of its life is to no purpose.
      if (!this.struck(passedBefore)) server.signal('SIGKILL');
    } catch (error) {
      if (!(error instanceof Gone)) throw new Error(this.describe(blow, server), { cause: error });
    }
    const { code, signal } = await server.ended();
    if (!this.struck(passedBefore)) return false;
    if (blow.signal === 'SIGKILL' ? signal === 'SIGKILL' : code === 0) return true;
    // A process at its end may be gone before it is struck in the middle of its last write.
    if (blow.moment === 'during' && code === 0) return false;
    throw new Error(`It ended with ${String(code ?? signal)}. ${this.describe(blow, server)}`);
  }

  /** A life to its end: what the job wrote is compared once more, then it is dropped, and nothing of it is left. */
  async finish(): Promise<void> {
    const server = (this.server = new ServerProcess(this.folder, this.trace));
    try {
      await this.comeBack(server);
      await this.go('pause', server);
      await until(async () => (await this.databases()).length === 1);
      await this.go('drop', server);
      const left = await readdir(path.join(this.folder, 'data', 'jobs'));
      if (left.length > 0) throw new Error(`After DROP JOB there is still ${left.join(', ')}`);
      server.signal('SIGTERM');
      const { code } = await server.ended();
      if (code !== 0) throw new Error(`SIGTERM ended it with ${String(code)}`);
    } catch (error) {
      throw new Error(this.describe(undefined, server), { cause: error });
    }
  }

  /** Names of points passed and writes nobody named, of all its servers. */
  seen(): { passed: Set<string>; unknown: Set<string> } {
    const lines = readTrace(this.trace);
    return {
      passed: new Set(lines.flatMap((line) => ('passed' in line ? [line.passed] : []))),
      unknown: new Set(lines.flatMap((line) => ('unknown' in line ? [line.unknown] : []))),
    };
  }

  async dispose(): Promise<void> {
    await this.server?.dispose();
    await this.job.dispose();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Of the job; those of versions that do not run are deleted after a deployment or at the next start. */
  private async databases(): Promise<string[]> {
    const jobs = path.join(this.folder, 'data', 'jobs');
    const files = await readdir(jobs, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.db'));
  }

  private async live(server: ServerProcess, reach: Reach): Promise<void> {
    await this.comeBack(server);
    if (reach === 'open') return;
    if (reach === 'shutdown') {
      await this.go('read', server);
      server.signal('SIGTERM');
      await server.ended();
      return;
    }
    const ways: Verb[] = ['deploy', 'deployBeside', 'rollback'];
    if (this.job.canShare) ways.push('canary', 'promote');
    for (let tries = 0; tries < triesMax; tries++)
      await this.go(reach === 'changeVersion' ? this.random.pick(ways) : reach, server);
  }

  /** Makes the requests that lead to one, and that one. */
  private async go(verb: Verb, server: ServerProcess): Promise<void> {
    for (const step of wayTo(verb, this.standing, (ways) => this.random.pick(ways)))
      await this.ask(step, server);
  }

  private async ask(verb: Verb, server: ServerProcess): Promise<void> {
    if (verb === 'read') return this.read(server);
    const canary = canaryOf(this.standing)?.name;
    const isKnown = verb === 'promote' || (verb === 'canary' && canary !== undefined);
    const version = isKnown ? (canary ?? '') : String((this.version += 1));
    if (verb === 'step') this.readBefore = (await server.job(this.job.name)).recordsIn;
    if (verb === 'start' || verb === 'startPaused') await this.job.beforeStart();
    this.inFlight = verb;
    await server.run(this.job.sql(verb, version));
    this.moveTo(after(verb, this.standing, version));
    if (this.standing.state !== 'absent') {
      const details = await server.job(this.job.name);
      await this.compare(server, details, [this.standing]);
      if (verb === 'step') this.compareStep(details, 1);
      if (verb === 'pause' || verb === 'step') await this.verify(server, details);
    }
    this.inFlight = undefined;
  }

  private async verify(server: ServerProcess, details: JobDetails): Promise<void> {
    await this.job.verify(details, server, this.writers);
    this.writers = new Set(runningVersions(this.standing));
  }

  private compareStep({ recordsIn }: JobDetails, steps: number): void {
    const read = recordsIn - this.readBefore;
    if (read !== steps * stepRecords)
      throw new Error(`A step of ${stepRecords} records was made ${steps} times, and ${read} were read`);
  }

  private async read(server: ServerProcess): Promise<void> {
    const { recordsIn } = await server.job(this.job.name);
    await until(async () => (await server.job(this.job.name)).recordsIn >= recordsIn + readRecords);
  }

  /** The server is back: the journal's last desire counts, and the job stands where the model allows it to. */
  private async comeBack(server: ServerProcess): Promise<void> {
    await server.ready();
    this.compareWithJournal((await server.jobs()).find(({ name }) => name === this.job.name)?.desired);
    const { name } = this.job;
    const unsureUntil = performance.now() + unsureMs;
    await until(async () => {
      const job = (await server.jobs()).find((found) => found.name === name);
      return this.isAtRest(job, performance.now() < unsureUntil);
    });
    const there = (await server.jobs()).some((job) => job.name === name);
    const details = there ? await this.settled(server) : undefined;
    const { inFlight, standing } = this;
    const version = String(this.version);
    const allowed =
      inFlight === undefined
        ? [standing]
        : [
            standing,
            after(inFlight, standing, canaryOf(standing)?.name ?? version),
            ...cutShort(inFlight, standing, version),
          ];
    this.moveTo(await this.compare(server, details, allowed));
    if (inFlight === 'step' && details !== undefined)
      this.compareStep(details, this.standing.resumes - standing.resumes);
    this.inFlight = undefined;
    if (this.standing.state === 'paused') await this.watch(server);
  }

  /** What is being dropped is at rest when it is gone; whether it is being dropped, only its journal entry says. */
  private isAtRest(job: JobSnapshot | undefined, isUnsure: boolean): boolean {
    if (job === undefined) return true;
    const entries = this.journal();
    const goes = ({ entry }: JournalLine) => entry.desired === null || entry.dropping === true;
    if (!entries.slice(-1).some(goes)) return atRest.includes(job.state);
    const isGoing = entries
      .filter(({ journal }) => journal === 'durable')
      .slice(-1)
      .some(goes);
    return !isGoing && !(isUnsure && job.state === 'stopped') && atRest.includes(job.state);
  }

  /** A pause or resume that a crash cut short is completed in the background, and a checkpoint is read there. */
  private async settled(server: ServerProcess): Promise<JobDetails> {
    let details = await server.job(this.job.name);
    await until(async () => {
      details = await server.job(this.job.name);
      const last = details.pauseHistory.at(-1);
      const open = last !== undefined && last.resumedAt === undefined;
      const isKnown = details.partitions.length > 0 || (last?.offsets ?? []).length === 0;
      if (this.inFlight === 'step' && details.state !== 'paused') return false;
      const isDeploying = (await this.versions(server)).some(([, state]) => state === 'deploying');
      return !isDeploying && open === (details.state === 'paused') && (!open || isKnown);
    });
    return details;
  }

  /** A paused job does nothing. */
  private async watch(server: ServerProcess): Promise<void> {
    const look = async () =>
      JSON.stringify([this.job.files.map(sizeOf), (await server.job(this.job.name)).recordsIn]);
    const before = await look();
    await sleep(watchMs);
    const now = await look();
    if (now !== before) throw new Error(`The paused job went on: ${before} became ${now}`);
  }

  private moveTo(standing: Standing): void {
    if (standing.state === 'absent' && this.standing.state !== 'absent') {
      this.job.renew();
      this.version = 1;
      this.writers.clear();
    }
    this.standing = standing;
    for (const version of runningVersions(standing)) this.writers.add(version);
  }

  /** Name and state of each. */
  private async versions(server: ServerProcess): Promise<unknown[][]> {
    const rows = await server.rows(`SHOW VERSIONS ${this.job.name}`);
    return rows.map(({ version, state }) => [version, state]);
  }

  private compareWithJournal(desired: string | undefined): void {
    const entries = this.journal();
    const durable = entries.map(({ journal }) => journal).lastIndexOf('durable');
    const last = entries.slice(Math.max(0, durable)).map(({ entry }) => entry);
    // What is being dropped may be gone, or on its way.
    if (last.length === 0 || last.some(({ desired: wish, dropping }) => wish === null || dropping === true))
      return;
    const wishes = last.map((entry) => entry.desired);
    // Killed in the middle of its first entry, it may not be there.
    if (durable === -1 && desired === undefined) return;
    if (!wishes.includes(desired ?? null))
      throw new Error(`The journal wants ${wishes.join(' or ')}, and the job came back ${String(desired)}`);
  }

  private async compare(
    server: ServerProcess,
    details: JobDetails | undefined,
    allowed: Standing[],
  ): Promise<Standing> {
    const { pauses, resumes } = details?.metrics ?? nowhere;
    const versions = details === undefined ? [] : await this.versions(server);
    const is = JSON.stringify([details?.state ?? 'absent', pauses, resumes, versions]);
    const found = allowed.find((standing) => is === written(standing));
    if (found === undefined)
      throw new Error(`The job is ${is}, where the model has ${allowed.map(written).join(' or ')}`);
    if (details !== undefined) compareHistory(details);
    return found;
  }

  /** What was written of the job into the journal, the last at the end; the very last may not be durable. */
  private journal(): JournalLine[] {
    return readTrace(this.trace).filter(
      (line): line is JournalLine => 'journal' in line && line.entry.job === this.job.name,
    );
  }

  private struck(from: number): boolean {
    return readTrace(this.trace)
      .slice(from)
      .some((line) => 'struck' in line);
  }

  private describe(blow: Blow | undefined, server: ServerProcess): string {
    const lines = readTrace(this.trace)
      .slice(-30)
      .map((line) => JSON.stringify(line));
    return [
      `In ${this.folder}, with ${JSON.stringify(blow ?? 'no blow')}, the job ${JSON.stringify(this.standing)}, in flight ${String(this.inFlight)}.`,
      'The end of the trace:',
      ...lines,
      'The end of the log:',
      server.log,
    ].join('\n');
  }
}

function written({ state, pauses, resumes, versions }: Standing): string {
  return JSON.stringify([state, pauses, resumes, versions.map((version) => [version.name, version.state])]);
}

/** One entry for each pause, all closed but the one that lasts. */
function compareHistory({ state, metrics, pauseHistory }: JobDetails): void {
  const open = pauseHistory.map(({ resumedAt }) => resumedAt === undefined);
  const expected = pauseHistory.map((_, i) => i === pauseHistory.length - 1 && state === 'paused');
  if (pauseHistory.length !== metrics.pauses || JSON.stringify(open) !== JSON.stringify(expected))
    throw new Error(
      `${state} after ${metrics.pauses} pauses, its history is ${JSON.stringify(pauseHistory)}`,
    );
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const due = performance.now() + waitMs;
  while (!(await isSo())) {
    if (performance.now() > due) throw new Error(`Not so within ${waitMs} ms: ${isSo.toString()}`);
    await sleep(4);
  }
}
