// Which jobs a command is about: the rows it was invoked on, a name from a lens or link, or what the user picks.
import { window } from 'vscode';
import type { JobSnapshot } from '../../server/protocol/jobs';
import { describeJob } from '../../server/protocol/jobText';
import type { JobServerHost } from '../host/jobServerHost';
import type { JobStore } from '../host/jobStore';
import type { JobSync } from '../host/jobSync';
import { can } from '../views/jobRow';
import { namedJobs } from './namedJobs';

export interface PickOptions {
  /** Offer only jobs that can do this: `canPause`. */
  ability?: string;
  /** What the pick is for: `Pause which job?` */
  title: string;
  /** Whether several may be chosen. */
  many?: boolean;
}

export interface JobPickerParts {
  host: JobServerHost;
  store: JobStore;
  sync: JobSync;
  /** The tree whose rows commands are invoked on. */
  tree: { readonly forgottenJob: string | undefined };
}

export class JobPicker {
  constructor(private readonly parts: JobPickerParts) {}

  /** The job's name; undefined when the user picked none. */
  async one(args: unknown[], options: PickOptions): Promise<string | undefined> {
    return (await this.pick(args, options))[0];
  }

  /** The jobs' names; empty when the user picked none. A selection of several is narrowed to those that can. */
  async pick(args: unknown[], options: PickOptions): Promise<string[]> {
    const { host, store, sync, tree } = this.parts;
    // Before anything is awaited: by then the tree draws other rows.
    const named = namedJobs(args, tree.forgottenJob);
    await host.connect();
    if (!store.known) await sync.refresh();
    if (named.length === 1) return named;
    if (named.length > 1) return named.filter((name) => offered(store.get(name), options.ability));
    const jobs = store.list().filter((job) => offered(job, options.ability));
    if (jobs.length === 0) {
      void window.showInformationMessage(
        store.list().length === 0 ? 'There is no job yet.' : 'No job is in a state for that now.',
      );
      return [];
    }
    return ask(jobs, options);
  }
}

async function ask(jobs: readonly JobSnapshot[], { title, many }: PickOptions): Promise<string[]> {
  const now = Date.now();
  const items = jobs.map((job) => ({ label: job.name, description: describeJob(job, now) }));
  if (many === true) {
    const picked = await window.showQuickPick(items, { title, canPickMany: true });
    return picked?.map((item) => item.label) ?? [];
  }
  const picked = await window.showQuickPick(items, { title, matchOnDescription: true });
  return picked ? [picked.label] : [];
}

function offered(job: JobSnapshot | undefined, ability: string | undefined): boolean {
  return job !== undefined && (ability === undefined || can(job, ability));
}
