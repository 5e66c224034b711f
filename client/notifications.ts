// Notifications, only for what the user did not just do: a job failed, a paused one is about to lose records, the
// server crashed and came back.
import { commands, window } from 'vscode';
import type { JobSnapshot, JobState } from '../server/protocol/jobs';
import { horizonWarning } from './horizon';
import type { JobServerHost } from './host/jobServerHost';
import type { JobStore } from './host/jobStore';

export class Notifications {
  private readonly states = new Map<string, JobState>();
  /** Job -> when the pause began that it was warned of. */
  private readonly warned = new Map<string, string>();
  private readonly subscriptions: { dispose(): void }[];
  /** One at a time: the next waits until this one was answered or closed. */
  private queue = Promise.resolve();

  constructor(
    private readonly store: JobStore,
    host: JobServerHost,
  ) {
    this.subscriptions = [
      store.onChange(({ changed, removed }) => {
        changed.forEach((name) => this.look(name));
        removed.forEach((name) => this.forget(name));
      }),
      host.onReturn(() =>
        this.notify('The stream job server ended unexpectedly and runs again. Jobs are as they were.', [
          'Show Log',
          'streamJobs.showLog',
        ]),
      ),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private forget(name: string): void {
    this.states.delete(name);
    // A server that was lost for a moment brings the same pause back.
    if (this.store.known) this.warned.delete(name);
  }

  /** A job known to be otherwise that is failed now; one that was failed when first seen is no news. */
  private look(name: string): void {
    const job = this.store.get(name);
    if (!job) return;
    const before = this.states.get(name);
    this.states.set(name, job.state);
    this.lookAtHorizon(job);
    if (job.state !== 'failed' || before === undefined || before === 'failed') return;
    const why = job.error ? `: ${job.error.message}` : '.';
    this.notify(`Job ${name} failed${why}`, ['Details', 'streamJobs.showJobDetails', name]);
  }

  /** Once for each pause. */
  private lookAtHorizon(job: JobSnapshot): void {
    const { name, pause } = job;
    const warning = horizonWarning(job, Date.now());
    if (warning === undefined || pause === undefined || this.warned.get(name) === pause.pausedAt) return;
    this.warned.set(name, pause.pausedAt);
    // It may be answered long after the pause is over.
    const stillPaused = () => this.store.get(name)?.state === 'paused';
    this.notify(warning, ['Resume', 'streamJobs.resumeJob', name], stillPaused);
  }

  /** @param applies asked before it is shown and before its action is done */
  private notify(
    message: string,
    [label, command, ...args]: [string, string, ...string[]],
    applies = () => true,
  ): void {
    this.queue = this.queue.then(async () => {
      if (!applies()) return;
      const choice = await window.showWarningMessage(message, label);
      if (choice !== undefined && applies()) await commands.executeCommand(command, ...args);
    });
  }
}
