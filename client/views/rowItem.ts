// A row as VS Code's tree item.
import { ThemeColor, ThemeIcon, TreeItem, type TreeItemCollapsibleState } from 'vscode';
import type { Row } from './jobRow';

export function rowItem(row: Row, collapsible: TreeItemCollapsibleState): TreeItem {
  const item = new TreeItem(row.label, collapsible);
  item.id = row.id;
  item.description = row.description;
  const { id, color } = row.icon;
  item.iconPath = color === undefined ? new ThemeIcon(id) : new ThemeIcon(id, new ThemeColor(color));
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.accessibleLabel };
  return item;
}
