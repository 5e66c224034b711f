// The Jobs tree: a view of the job store that refreshes only rows whose text changed, and only while visible.
import {
  EventEmitter,
  MarkdownString,
  TreeItemCollapsibleState,
  window,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
} from 'vscode';
import type { JobStore } from '../host/jobStore';
import { jobChildRows } from './jobChildren';
import { jobRow, rowText, type Row } from './jobRow';
import { jobTooltip } from './jobTooltip';
import { OpenRows } from './openRows';
import { rowItem } from './rowItem';

export interface JobNode {
  job: string;
}
export interface JobPartNode {
  parent: JobNode;
  row: Row;
}
export type JobsNode = JobNode | JobPartNode;

/** Rates, lags and times are drawn anew at most this often, in ms; a change of state at once. */
const refreshMs = 1000;

export class JobsTree implements TreeDataProvider<JobsNode> {
  private readonly changes = new EventEmitter<JobsNode[] | undefined>();
  private readonly nodes = new Map<string, JobNode>();
  private readonly drawn = new Map<string, string>();
  private readonly expanded = new Set<string>();
  private readonly open = new OpenRows();
  private readonly disposables: { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;

  readonly view: TreeView<JobsNode>;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly store: JobStore) {
    this.view = window.createTreeView<JobsNode>('streamJobs.jobs', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.disposables = [
      this.view,
      this.changes,
      this.view.onDidChangeVisibility(() => this.watch()),
      this.view.onDidExpandElement(({ element }) => this.setExpanded(element, true)),
      this.view.onDidCollapseElement(({ element }) => this.setExpanded(element, false)),
      store.onChange(({ urgent }) => {
        if (urgent) this.refresh();
      }),
    ];
    this.watch();
  }

  getTreeItem(node: JobsNode): TreeItem {
    if (!('job' in node)) return rowItem(node.row, TreeItemCollapsibleState.None);
    const job = this.store.get(node.job);
    if (!job) return { label: node.job };
    const now = Date.now();
    this.drawn.set(node.job, this.textOf(node.job, now));
    return rowItem(jobRow(job, now), TreeItemCollapsibleState.Collapsed);
  }

  getChildren(node?: JobsNode): JobsNode[] {
    if (node === undefined) return this.store.list().map(({ name }) => this.node(name));
    const job = 'job' in node ? this.store.get(node.job) : undefined;
    if (!job || !('job' in node)) return [];
    this.setExpanded(node, true);
    // VS Code knows them when it has them, just after this.
    setImmediate(() => this.redraw(this.open.asked(job.name)));
    return jobChildRows(job, Date.now()).map((row) => ({ parent: node, row }));
  }

  getParent(node: JobsNode): JobsNode | undefined {
    return 'job' in node ? undefined : node.parent;
  }

  resolveTreeItem(item: TreeItem, node: JobsNode): TreeItem {
    const job = 'job' in node ? this.store.get(node.job) : undefined;
    if (job) item.tooltip = new MarkdownString(jobTooltip(job, this.store.lagHistory(job.name), Date.now()));
    return item;
  }

  /** The job under whose row a command was clicked that VS Code gave no row, where that can be said. */
  get forgottenJob(): string | undefined {
    return this.open.forgotten;
  }

  /** The node of a job, for reveal. */
  node(name: string): JobNode {
    const node = this.nodes.get(name) ?? { job: name };
    this.nodes.set(name, node);
    return node;
  }

  dispose(): void {
    clearInterval(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private watch(): void {
    clearInterval(this.timer);
    if (!this.view.visible) return;
    this.timer = setInterval(() => this.refresh(), refreshMs);
    this.refresh();
  }

  private setExpanded(node: JobsNode, expanded: boolean): void {
    if (!('job' in node)) return;
    if (expanded) this.expanded.add(node.job);
    else {
      this.expanded.delete(node.job);
      this.redraw(this.open.asked(node.job));
    }
  }

  /** Tells VS Code which rows differ from what it last asked for; all of them when a job came or went. */
  private refresh(): void {
    if (!this.view.visible) return;
    const names = this.store.list().map(({ name }) => name);
    const same = names.length === this.drawn.size && names.every((name) => this.drawn.has(name));
    if (!same) {
      this.drawn.clear();
      this.open.reset();
      for (const name of this.nodes.keys()) if (!names.includes(name)) this.nodes.delete(name);
      this.changes.fire(undefined);
      return;
    }
    const now = Date.now();
    // Those drawn longest ago come first.
    const changed = [...this.drawn.keys()].filter((name) => this.drawn.get(name) !== this.textOf(name, now));
    const isOpen = (name: string) => this.expanded.has(name);
    this.redraw(this.open.changed(changed.filter(isOpen)), ...changed.filter((name) => !isOpen(name)));
  }

  private redraw(...names: (string | undefined)[]): void {
    const nodes = names.flatMap((name) => (name === undefined ? [] : this.node(name)));
    for (const { job } of nodes) {
      // Behind the others: a map keeps the order in which keys came.
      this.drawn.delete(job);
      this.drawn.set(job, this.textOf(job, Date.now()));
    }
    if (nodes.length > 0) this.changes.fire(nodes);
  }

  private textOf(name: string, now: number): string {
    const job = this.store.get(name);
    if (!job) return '';
    const children = this.expanded.has(name) ? jobChildRows(job, now) : [];
    return [jobRow(job, now), ...children].map(rowText).join('\n');
  }
}
