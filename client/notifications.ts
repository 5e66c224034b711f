// Notifications, only for what the user did not just do: a job failed, the server crashed and came back.
import { commands, window } from 'vscode';
import type { JobState } from '../server/protocol/jobs';
import type { JobServerHost } from './host/jobServerHost';
import type { JobStore } from './host/jobStore';

export class Notifications {
  private readonly states = new Map<string, JobState>();
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
        removed.forEach((name) => this.states.delete(name));
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

  /** A job known to be otherwise that is failed now; one that was failed when first seen is no news. */
  private look(name: string): void {
    const job = this.store.get(name);
    if (!job) return;
    const before = this.states.get(name);
    this.states.set(name, job.state);
    if (job.state !== 'failed' || before === undefined || before === 'failed') return;
    const why = job.error ? `: ${job.error.message}` : '.';
    this.notify(`Job ${name} failed${why}`, ['Details', 'streamJobs.showJobDetails', name]);
  }

  private notify(message: string, [label, command, ...args]: [string, string, ...string[]]): void {
    this.queue = this.queue.then(async () => {
      const choice = await window.showWarningMessage(message, label);
      if (choice !== undefined) await commands.executeCommand(command, ...args);
    });
  }
}
