// `stream-jobs language-server --stdio`: the language server for any editor, fed by the job server if one runs.
import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { LanguageServer } from '../language/server';
import { connectToJobServer } from '../protocol/connect';
import { jobBrief, jobStatements } from '../protocol/jobText';
import type { JobSnapshot } from '../protocol/jobs';
import * as protocol from '../protocol/rpc';
import { dataDirectory, dataDirHelp, parse, UsageError, type Command } from './usage';

/** How often a missing job server is looked for again, in ms. */
const lookAgainMs = 5000;

export const languageServer: Command = {
  summary: 'the language server for other editors',
  help: [
    'Usage: stream-jobs language-server --stdio [--data-dir D]',
    '',
    'Speaks LSP on standard input and output. While a job server runs on the data directory, completion and',
    'diagnostics know its jobs.',
    '',
    dataDirHelp,
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parse(args, {
      stdio: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
    });
    if (!values.stdio || positionals.length > 0)
      throw new UsageError('language-server is started with --stdio.');
    const connection = createConnection(
      ProposedFeatures.all,
      new StreamMessageReader(process.stdin),
      new StreamMessageWriter(process.stdout),
    );
    const { startLanguageServer } = await import('../language/server');
    const server = startLanguageServer(connection);
    const dataDir = dataDirectory(values['data-dir']);
    const ended = new Promise<void>((resolve) => process.stdin.once('end', resolve));
    const subscription = followJobs(dataDir, server);
    await ended;
    subscription.dispose();
    server.dispose();
    return 0;
  },
};

/** Keeps the language server's knowledge of jobs up to date while a job server runs. */
function followJobs(dataDir: string, server: LanguageServer): { dispose(): void } {
  let over = false;
  let leave: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    if (over) return;
    timer = setTimeout(
      () =>
        void follow()
          .catch(() => undefined)
          .finally(later),
      lookAgainMs,
    );
  };
  const follow = async () => {
    const { rpc } = await connectToJobServer(dataDir, 'language-server');
    const known = new Map<string, JobSnapshot>();
    const tell = async () => {
      const tables = await rpc.sendRequest(protocol.listTables, {});
      const jobs = [...known.values()];
      const at = new Date().toISOString();
      server.setJobs({ at, jobs: jobs.map(jobBrief), tables, statements: jobStatements(jobs) });
    };
    rpc.onNotification(protocol.jobsChanged, ({ jobs, removed }) => {
      for (const job of jobs) known.set(job.name, job);
      for (const name of removed) known.delete(name);
      void tell().catch(() => undefined);
    });
    for (const job of await rpc.sendRequest(protocol.listJobs, {})) known.set(job.name, job);
    await tell();
    await new Promise<void>((resolve) => {
      leave = resolve;
      rpc.onClose(resolve);
    });
    rpc.dispose();
    server.setJobsUnknown();
  };
  void follow()
    .catch(() => undefined)
    .finally(later);
  return {
    dispose() {
      over = true;
      clearTimeout(timer);
      leave?.();
    },
  };
}
