// The details of jobs: a panel for each, refreshed while it is seen, and brought back after a reload.
import { commands, ViewColumn, window, type Uri, type WebviewPanel } from 'vscode';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { JobRequests } from '../../host/jobRequests';
import type { JobStore } from '../../host/jobStore';
import { pageHtml, pageOptions } from '../page';
import { detailsSections, missingSections } from './detailsHtml';
import { DetailsTables } from './detailsTables';
import type { FromDetailsPage, Section, ToDetailsPage } from './messages';

const viewType = 'streamJobs.details';
/** How often a visible panel is refreshed, in ms. */
const refreshMs = 1000;

/** The commands the page's buttons may run. */
const allowed = [
  'pauseJob',
  'pauseJobWithReason',
  'resumeJob',
  'stepJob',
  'stepJobBy',
  'resumeJobFrom',
  'pauseJobCold',
  'deployJob',
  'peekJob',
  'queryJobState',
  'retryDeadLetters',
  'retryDeadLetter',
  'rollBackJob',
  'stopJob',
  'restartJob',
  'goToSql',
];

export class DetailsPanels {
  private readonly panels = new Map<string, WebviewPanel>();
  private readonly timer: NodeJS.Timeout;
  private readonly disposables: { dispose(): void }[];
  private readonly tables: DetailsTables;
  /** Refreshes under way; a slow server gets no second request for the same job. */
  private readonly refreshing = new Set<string>();

  constructor(
    private readonly extension: Uri,
    private readonly store: JobStore,
    private readonly requests: JobRequests,
  ) {
    this.tables = new DetailsTables((sql) => requests.run(sql));
    this.timer = setInterval(() => this.refreshAll(), refreshMs);
    this.disposables = [
      store.onChange(({ urgent }) => {
        if (urgent) this.refreshAll();
      }),
      window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: (panel, state: { job?: string } | undefined) => {
          if (state?.job === undefined) panel.dispose();
          else this.adopt(state.job, panel);
          return Promise.resolve();
        },
      }),
    ];
  }

  /** Opens the panel of a job, or brings it to the front. */
  show(name: string): void {
    const open = this.panels.get(name);
    if (open) {
      open.reveal();
      return;
    }
    const options = { ...pageOptions(this.extension), enableFindWidget: true };
    this.adopt(name, window.createWebviewPanel(viewType, `Job ${name}`, ViewColumn.Active, options));
  }

  dispose(): void {
    clearInterval(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  private adopt(name: string, panel: WebviewPanel): void {
    this.panels.set(name, panel);
    panel.onDidDispose(() => {
      this.panels.delete(name);
      this.tables.forget(name);
    });
    panel.onDidChangeViewState(() => void this.refresh(name, panel));
    panel.webview.onDidReceiveMessage(({ command, argument }: FromDetailsPage) => {
      if (command === '') void this.refresh(name, panel);
      else if (allowed.some((each) => command === `streamJobs.${each}`)) {
        void commands.executeCommand(command, name, argument);
      }
    });
    panel.webview.html = pageHtml(panel.webview, this.extension, 'details', '<main id="main"></main>');
  }

  private refreshAll(): void {
    for (const [name, panel] of this.panels) void this.refresh(name, panel);
  }

  private async refresh(name: string, panel: WebviewPanel): Promise<void> {
    if (!panel.visible || this.refreshing.has(name)) return;
    this.refreshing.add(name);
    try {
      const message: ToDetailsPage = { job: name, sections: await this.sections(name) };
      if (this.panels.get(name) === panel) await panel.webview.postMessage(message);
    } finally {
      this.refreshing.delete(name);
    }
  }

  private async sections(name: string): Promise<Section[]> {
    if (!this.store.known) return missingSections(name, 'The stream job server is not running.');
    try {
      const details = await this.requests.details(name);
      // A request under way shows here as in the tree.
      const state = this.store.get(name)?.state ?? details.state;
      const job = { ...details, state };
      const tables = await this.tables.of(job, Date.now());
      return detailsSections(job, this.store.lagHistory(name), Date.now(), tables);
    } catch (error) {
      const gone = error instanceof StreamJobsError && error.code === 'JOB_NOT_FOUND';
      return missingSections(name, gone ? 'There is no such job any more.' : String(error));
    }
  }
}
