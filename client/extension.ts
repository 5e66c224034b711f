// The extension: registers views and commands, and waits for nothing. Servers start when they are first needed.
import {
  commands as editor,
  env,
  version,
  window,
  workspace,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import path from 'node:path';
import { StreamJobsError } from '../server/protocol/errors';
import type { JobSnapshot } from '../server/protocol/jobs';
import * as protocol from '../server/protocol/rpc';
import { Commands } from './commands/commands';
import { registerInsideCommands } from './commands/insideCommands';
import { registerJobCommands } from './commands/jobCommands';
import { JobPicker } from './commands/pickJob';
import { registerRunCommands } from './commands/runCommands';
import { registerSampleCommand } from './commands/sampleCommand';
import { registerServerCommands } from './commands/serverCommands';
import { goToSql } from './editor/goToSql';
import { languageId, LanguageServer } from './editor/languageServer';
import { LanguageStatus } from './editor/languageStatus';
import { RunOnOpen } from './editor/runOnOpen';
import { ScriptRunner } from './editor/scriptRunner';
import { SqlFiles } from './editor/sqlFiles';
import { Connections } from './host/connections';
import { JobRequests } from './host/jobRequests';
import { JobServerHost } from './host/jobServerHost';
import { JobStore } from './host/jobStore';
import { JobSync } from './host/jobSync';
import { RestartPolicy } from './host/restartPolicy';
import type { ServerStart } from './host/serverProcess';
import { Notifications } from './notifications';
import { JobsTree } from './views/jobsTree';
import { StatusBar } from './views/statusBar';
import { StreamsTree } from './views/streamsTree';
import { DetailsPanels } from './webviews/details/detailsPanels';
import { ResultsModel } from './webviews/results/resultsModel';
import { ResultsView } from './webviews/results/resultsView';

/** What other extensions and tests get from `extensions.getExtension(...).exports`. */
export interface StreamJobsApi {
  /** Where this workspace's jobs are kept: what the command line takes as --data-dir. */
  readonly dataDir: string;
  /** All jobs as the tree shows them. */
  jobs(): JobSnapshot[];
}

let languageServer: LanguageServer | undefined;

export function activate(context: ExtensionContext): StreamJobsApi {
  const owned = <T extends Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = owned(window.createOutputChannel('Stream Jobs', { log: true }));
  const commands = owned(new Commands(log));
  const logError = (error: unknown) => log.error(error instanceof Error ? error : String(error));
  const dataDir = path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'jobs');

  const store = owned(new JobStore());
  const host = owned(createHost(context, dataDir, log));
  const connections = owned(new Connections(context, host, log));
  const sync = owned(new JobSync(host, store, logError));
  const requests = new JobRequests(host, store);
  languageServer = new LanguageServer(context, store, logError);

  const jobsTree = owned(new JobsTree(store));
  owned(new StreamsTree(store));
  owned(new StatusBar(store));
  owned(new LanguageStatus(host, languageServer));
  owned(new Notifications(store, host));
  owned(new SqlFiles(logError));
  const details = owned(new DetailsPanels(context.extensionUri, store, requests));
  const { results, view: resultsView } = createResults(context, host, sync, logError);
  const showResults = () => resultsView.reveal();
  const runner = owned(new ScriptRunner({ host, sync, results, showResults, log }));

  const picker = new JobPicker({ host, store, sync, tree: jobsTree });
  const parts = { commands, host, store, sync, requests, picker, languageServer, runner, log };
  registerJobCommands(parts);
  registerInsideCommands(parts);
  registerRunCommands(parts);
  registerServerCommands(parts);
  registerSampleCommand(commands, context);
  resultsView.registerCommands(commands);
  connections.registerCommands(commands);
  const pick = async (args: unknown[], title: string) =>
    typeof args[0] === 'string' ? [args[0]] : picker.pick(args, { title });
  commands.register('streamJobs.showJobDetails', async (...args) => {
    for (const name of await pick(args, 'Show which job?')) details.show(name);
  });
  commands.register('streamJobs.goToSql', async (...args) => {
    const [name] = await pick(args, 'Go to the SQL of which job?');
    const job = name === undefined ? undefined : store.get(name);
    if (job) await goToSql(job);
  });

  owned(host.onState((state) => void editor.executeCommand('setContext', 'streamJobs.server', state)));
  owned(sync.onLog(({ level, message }) => log[level](`server: ${message}`)));
  owned(sync.onPrint(({ lines }) => lines.forEach((line) => log.info(line))));
  wakeWhenLookedAt(host, jobsTree, owned, logError);
  owned(new RunOnOpen(runner, context.workspaceState, logError));
  return { dataDir, jobs: () => store.list() };
}

export async function deactivate(): Promise<void> {
  await languageServer?.dispose();
}

function createHost(context: ExtensionContext, dataDir: string, log: LogOutputChannel): JobServerHost {
  const start = (): ServerStart => {
    const settings = workspace.getConfiguration('streamJobs');
    const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    return {
      script: path.join(context.extensionPath, 'dist', 'job-server.js'),
      dataDir,
      baseDir: folder?.uri.fsPath ?? dataDir,
      nodePath: settings.get('nodePath', ''),
      memoryLimit: settings.get('memoryLimit', ''),
      pauseWarmTime: settings.get('pauseWarmTime', ''),
      keepRunning: settings.get('server.keepRunning', false),
    };
  };
  return new JobServerHost({
    start,
    clientName: `${env.appName} ${version}`,
    requireAllowed,
    policy: new RestartPolicy(),
    log: (message) => log.info(message),
  });
}

/** @throws StreamJobsError in a workspace that is not trusted: nothing runs or connects there */
function requireAllowed(): void {
  if (workspace.isTrusted) return;
  throw new StreamJobsError('BAD_REQUEST', 'Jobs run only in a workspace you trust.', {
    hint: 'Trust this workspace with the command Workspaces: Manage Workspace Trust.',
  });
}

function createResults(
  context: ExtensionContext,
  host: JobServerHost,
  sync: JobSync,
  logError: (error: unknown) => void,
): { results: ResultsModel; view: ResultsView } {
  const cancel = (id: string) => {
    host.connection?.rpc.sendRequest(protocol.cancel, { id }).catch(logError);
  };
  const rowsMax = () => workspace.getConfiguration('streamJobs').get('results.maxRows', 10_000);
  const results = new ResultsModel(rowsMax, cancel);
  const view = new ResultsView(context.extensionUri, results);
  context.subscriptions.push(
    results,
    view,
    sync.onPreview((batch) => results.add(batch)),
    sync.onPrint(({ job, lines }) => results.print(job, lines)),
    host.onState((state) => {
      if (state !== 'connected') results.lost();
    }),
  );
  return { results, view };
}

/** Jobs that exist come back when someone looks: at the Jobs view, or at a Stream SQL file. */
function wakeWhenLookedAt(
  host: JobServerHost,
  jobsTree: JobsTree,
  owned: (part: Disposable) => unknown,
  logError: (error: unknown) => void,
): void {
  const wake = async () => {
    const looking =
      jobsTree.view.visible ||
      window.visibleTextEditors.some(({ document }) => document.languageId === languageId);
    if (looking && workspace.isTrusted && host.state === 'none' && (await host.hasData()))
      await host.connect();
  };
  const look = () => void wake().catch(logError);
  owned(jobsTree.view.onDidChangeVisibility(look));
  owned(window.onDidChangeVisibleTextEditors(look));
  owned(workspace.onDidGrantWorkspaceTrust(look));
  look();
}
