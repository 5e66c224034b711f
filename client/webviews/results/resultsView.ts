// The results panel: a webview that shows the results model, and the commands around it.
import { commands, env, Uri, window, workspace, type WebviewView, type WebviewViewProvider } from 'vscode';
import type { Commands } from '../../commands/commands';
import { showOutcome } from '../../commands/outcome';
import { pageHtml, pageOptions } from '../page';
import type { FromPage, ToPage } from './messages';
import type { ResultsModel } from './resultsModel';
import { filterRows, toCsv, toJson, toTsv } from './tableText';

const body = `<div class="toolbar" role="toolbar" aria-label="Results">
<select id="chooser" aria-label="Result" hidden></select>
<input id="filter" type="search" placeholder="Filter" aria-label="Filter rows">
<button id="follow" type="button" hidden>Pause</button>
<span id="status" role="status"></span>
</div>
<div id="empty">Run a SELECT, SHOW, DESCRIBE or EXPLAIN statement to see its rows here.</div>
<div id="table" aria-label="Rows"></div>`;

export const resultsViewId = 'streamJobs.results';

export class ResultsView implements WebviewViewProvider {
  private view: WebviewView | undefined;
  private filter = '';
  private readonly disposables: { dispose(): void }[];

  constructor(
    private readonly extension: Uri,
    private readonly model: ResultsModel,
  ) {
    this.disposables = [
      window.registerWebviewViewProvider(resultsViewId, this),
      model.onList(() => this.postList()),
      model.onRows(({ id, rows }) => {
        if (id === model.shown) this.post({ type: 'rows', id, rows });
      }),
    ];
  }

  /** Brings the panel to the front; the focus stays where it is. */
  reveal(): void {
    if (this.view) this.view.show(true);
    else void commands.executeCommand(`${resultsViewId}.focus`, { preserveFocus: true });
  }

  registerCommands(registry: Commands): void {
    registry.register('streamJobs.copyResults', async () => {
      const { columns, rows } = this.shownRows();
      await env.clipboard.writeText(toTsv(columns, rows));
      showOutcome(`${rows.length} rows copied.`);
    });
    registry.register('streamJobs.exportResultsAsCsv', () => this.save('csv', toCsv));
    registry.register('streamJobs.exportResultsAsJson', () => this.save('json', toJson));
    registry.register('streamJobs.clearResults', () => this.model.clear());
    registry.register('streamJobs.stopPreview', () => this.model.stopShown());
  }

  resolveWebviewView(view: WebviewView): void {
    this.view = view;
    view.webview.options = pageOptions(this.extension);
    view.webview.onDidReceiveMessage((message: FromPage) => this.receive(message));
    view.onDidDispose(() => (this.view = undefined));
    view.webview.html = pageHtml(view.webview, this.extension, 'results', body);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private receive(message: FromPage): void {
    switch (message.type) {
      case 'ready':
        // What the page restored by itself stays until there is something newer.
        if (this.model.current) this.postList();
        break;
      case 'choose':
        this.model.show(message.id);
        break;
      case 'fetch':
        // Not for one the page restored by itself.
        if (this.model.list().some(({ id }) => id === message.id)) {
          this.post({ type: 'all', id: message.id, ...this.model.rows(message.id) });
        }
        break;
      case 'filter':
        this.filter = message.text;
        break;
      case 'copy':
        void env.clipboard.writeText(message.text);
        break;
    }
  }

  private postList(): void {
    const { model } = this;
    const running = model.current?.running === true ? 'running' : 'some';
    void commands.executeCommand('setContext', 'streamJobs.results', model.current ? running : '');
    this.post({ type: 'results', results: model.list(), shown: model.shown, rowsMax: model.rowsMax() });
  }

  private post(message: ToPage): void {
    if (this.view?.visible === true) void this.view.webview.postMessage(message);
  }

  /** The rows the user sees: filtered as on the page. */
  private shownRows(): { columns: string[]; rows: ReturnType<ResultsModel['rows']>['rows'] } {
    const { current } = this.model;
    if (!current) return { columns: [], rows: [] };
    return { columns: current.columns, rows: [...filterRows(this.model.rows(current.id).rows, this.filter)] };
  }

  private async save(extension: 'csv' | 'json', format: typeof toCsv): Promise<void> {
    const { columns, rows } = this.shownRows();
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const target = await window.showSaveDialog({
      filters: { [extension.toUpperCase()]: [extension] },
      ...(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, `results.${extension}`) }),
    });
    if (!target) return;
    await workspace.fs.writeFile(target, new TextEncoder().encode(format(columns, rows)));
    showOutcome(`${rows.length} rows saved.`);
  }
}
