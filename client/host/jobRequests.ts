// What a user asks of jobs, as requests to the server; the store shows each at once.
import { asStreamJobsError } from '../../server/protocol/connect';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDetails, JobState } from '../../server/protocol/jobs';
import type { StatementResult } from '../../server/protocol/results';
import * as protocol from '../../server/protocol/rpc';
import type { JobServerHost } from './jobServerHost';
import type { JobStore } from './jobStore';

/** Kept in the pause history: who asked. */
export const by = 'editor';

export class JobRequests {
  constructor(
    private readonly host: JobServerHost,
    private readonly store: JobStore,
  ) {}

  /** @throws StreamJobsError JOB_NOT_FOUND, JOB_NOT_RUNNING, PAUSE_TIMEOUT and what a connection can throw */
  pause(name: string, options: Omit<protocol.PauseOptions, 'by'> = {}): Promise<JobDetails> {
    return this.send(name, 'pausing', (rpc) =>
      rpc.sendRequest(protocol.pauseJob, { name, options: { ...options, by } }),
    );
  }

  /** @throws StreamJobsError JOB_NOT_FOUND, JOB_NOT_PAUSED, DATA_LOSS, RESUME_TIMEOUT */
  resume(name: string): Promise<JobDetails> {
    return this.send(name, 'resuming', (rpc) => rpc.sendRequest(protocol.resumeJob, { name, by }));
  }

  stop(name: string): Promise<JobDetails> {
    return this.send(name, 'stopping', (rpc) => rpc.sendRequest(protocol.stopJob, { name, by }));
  }

  restart(name: string): Promise<JobDetails> {
    return this.send(name, 'starting', (rpc) => rpc.sendRequest(protocol.restartJob, { name, by }));
  }

  async drop(name: string): Promise<void> {
    await this.send(name, 'stopping', (rpc) => rpc.sendRequest(protocol.dropJob, { name, by }));
    this.store.update([], [name]);
  }

  /** Runs one statement; gives its answer. @throws StreamJobsError what it was refused with */
  async run(sql: string): Promise<StatementResult> {
    const { rpc } = await this.host.connect();
    const { results } = await rpc.sendRequest(protocol.execute, { sql, by }).catch(rethrow);
    const [result] = results;
    if (result?.error) {
      const { code, message, hint } = result.error;
      throw new StreamJobsError(code, message, hint === undefined ? {} : { hint });
    }
    return result ?? { statement: sql, ok: true };
  }

  /** Resumes in another way than where the job stands: `clause` is what follows its name. @throws StreamJobsError */
  resumeWith(name: string, clause: string): Promise<StatementResult> {
    return this.store.during(name, 'resuming', this.run(`RESUME JOB ${quoteName(name)} ${clause}`));
  }

  /** Details as they are now. */
  async details(name: string): Promise<JobDetails> {
    const { rpc } = await this.host.connect();
    return rpc.sendRequest(protocol.getJobDetails, { name }).catch(rethrow);
  }

  private async send<T extends JobDetails | null>(
    name: string,
    state: JobState,
    request: (rpc: Awaited<ReturnType<JobServerHost['connect']>>['rpc']) => Promise<T>,
  ): Promise<T> {
    const { rpc } = await this.host.connect();
    const answer = request(rpc).then((job) => {
      if (job !== null) this.store.update([job]);
      return job;
    }, rethrow);
    return this.store.during(name, state, answer);
  }
}

/** A name as SQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function rethrow(error: unknown): never {
  throw asStreamJobsError(error);
}
