// The Streams tree: the server's tables and views, their columns, and the jobs that read and write them.
import {
  EventEmitter,
  MarkdownString,
  TreeItemCollapsibleState,
  window,
  type TreeDataProvider,
  type TreeItem,
} from 'vscode';
import type { TableSummary } from '../../server/protocol/rpc';
import type { JobStore } from '../host/jobStore';
import type { Row } from './jobRow';
import { codeBlock } from '../../server/protocol/markdown';
import { rowItem } from './rowItem';
import { streamChildRows, streamRow } from './streamRows';

interface StreamNode {
  stream: TableSummary;
}
interface StreamPartNode {
  row: Row;
}
type StreamsNode = StreamNode | StreamPartNode;

export class StreamsTree implements TreeDataProvider<StreamsNode> {
  private readonly changes = new EventEmitter<undefined>();
  private readonly disposables: { dispose(): void }[];
  private drawn = '';

  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly store: JobStore) {
    const view = window.createTreeView('streamJobs.streams', { treeDataProvider: this });
    this.disposables = [view, this.changes, store.onTables(() => this.refresh())];
  }

  getTreeItem(node: StreamsNode): TreeItem {
    return 'stream' in node
      ? rowItem(streamRow(node.stream), TreeItemCollapsibleState.Collapsed)
      : rowItem(node.row, TreeItemCollapsibleState.None);
  }

  getChildren(node?: StreamsNode): StreamsNode[] {
    if (node === undefined) {
      return [...this.store.tables]
        .sort((a, b) => a.name.localeCompare(b.name))
        .map((stream) => ({ stream }));
    }
    return 'stream' in node ? streamChildRows(node.stream).map((row) => ({ row })) : [];
  }

  resolveTreeItem(item: TreeItem, node: StreamsNode): TreeItem {
    if ('stream' in node) item.tooltip = new MarkdownString(codeBlock('sql', node.stream.statement));
    return item;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private refresh(): void {
    const now = JSON.stringify(this.store.tables);
    if (now === this.drawn) return;
    this.drawn = now;
    this.changes.fire(undefined);
  }
}
