// `stream-jobs jobs`: all jobs, once or live.
import { connectToJobServer } from '../protocol/connect';
import { age, describeJob } from '../protocol/jobText';
import type { JobSnapshot } from '../protocol/jobs';
import * as protocol from '../protocol/rpc';
import { stopSignal } from './signals';
import { table } from './terminal';
import { dataDirectory, dataDirHelp, parse, UsageError, type Command } from './usage';

export const jobs: Command = {
  summary: 'show all jobs',
  help: [
    'Usage: stream-jobs jobs [--watch] [--data-dir D] [--json]',
    '',
    'Shows all jobs of the running server. --watch keeps the table up to date until Ctrl-C (with --json: one array a',
    'line, at each change).',
    '',
    dataDirHelp,
  ].join('\n'),
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      watch: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
    });
    if (positionals.length > 0)
      throw new UsageError(`jobs takes no argument such as ${String(positionals[0])}.`);
    const { rpc } = await connectToJobServer(dataDirectory(values['data-dir']), 'cli');
    try {
      const draw = (snapshots: JobSnapshot[]) => terminal.draw(jobTable(snapshots, Date.now()));
      const print = (snapshots: JobSnapshot[]) =>
        terminal.print(values.json ? JSON.stringify(snapshots) : jobTable(snapshots, Date.now()).join('\n'));
      if (!values.watch) return print(await rpc.sendRequest(protocol.listJobs, {}));
      await watch(rpc, values.json ? print : draw);
      return 0;
    } finally {
      rpc.dispose();
    }
  },
};

/** One row a job: name, state, what matters now, how long. */
export function jobTable(snapshots: JobSnapshot[], now: number): string[] {
  if (snapshots.length === 0) return ['There are no jobs yet. START JOB name AS ... makes one.'];
  const rows = snapshots.map((job) => [
    job.name,
    job.state,
    describeJob(job, now),
    String(job.recordsIn),
    String(job.recordsOut),
    age(job.since, now),
  ]);
  return table(['JOB', 'STATE', '', 'IN', 'OUT', 'SINCE'], rows);
}

/** Shows the jobs at each change until a signal, or until the server leaves. */
async function watch(
  rpc: Awaited<ReturnType<typeof connectToJobServer>>['rpc'],
  show: (snapshots: JobSnapshot[]) => void,
): Promise<void> {
  const known = new Map((await rpc.sendRequest(protocol.listJobs, {})).map((job) => [job.name, job]));
  show([...known.values()]);
  rpc.onNotification(protocol.jobsChanged, ({ jobs: changed, removed }) => {
    for (const job of changed) known.set(job.name, job);
    for (const name of removed) known.delete(name);
    show([...known.values()]);
  });
  const stop = stopSignal();
  const left = new Promise<void>((resolve) => rpc.onClose(resolve));
  await Promise.race([stop.wanted, left]);
  stop.dispose();
}
