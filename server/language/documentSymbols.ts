// The outline: tables, streams and views with their columns, and jobs. Statements that make nothing are left out.
import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver-types';
import type { ColumnDefinition, Insert, Name, Statement, TypeName } from '../syntax/ast';
import { rangeOf, rangeOfStatement, type Script, type ScriptStatement } from './script';

export function documentSymbols(script: Script): DocumentSymbol[] {
  return script.statements.flatMap((statement) => {
    const { tree } = statement;
    return tree === undefined ? [] : symbolsOf(script, statement, tree);
  });
}

function symbolsOf(script: Script, statement: ScriptStatement, tree: Statement): DocumentSymbol[] {
  const symbol = (
    name: Name,
    kind: SymbolKind,
    detail: string,
    children: DocumentSymbol[] = [],
  ): DocumentSymbol => ({
    name: name.text === '' ? '?' : name.text,
    detail,
    kind,
    range: rangeOfStatement(script, statement),
    selectionRange: rangeOf(script, statement, name.span),
    children,
  });
  switch (tree.kind) {
    case 'createTable':
      return [
        symbol(
          tree.name,
          SymbolKind.Struct,
          tree.word.toLowerCase(),
          tree.columns.map((column) => columnSymbol(script, statement, column)),
        ),
      ];
    case 'createTableAs':
      return [symbol(tree.name, SymbolKind.Event, `${tree.word.toLowerCase()} and job`)];
    case 'createView':
      return [symbol(tree.name, SymbolKind.Interface, 'view')];
    case 'startJob':
      return [
        symbol(
          tree.name,
          SymbolKind.Event,
          'job',
          insertsOf(tree.body).map((insert) => insertSymbol(script, statement, insert)),
        ),
      ];
    case 'deployJob':
      return [symbol(tree.name, SymbolKind.Event, `job, version ${tree.version.text}`)];
    case 'insert':
      return [symbol(tree.table, SymbolKind.Event, 'insert')];
    default:
      return [];
  }
}

function insertsOf(body: Statement): Insert[] {
  if (body.kind === 'insert') return [body];
  return body.kind === 'statementSet' ? body.inserts : [];
}

function insertSymbol(script: Script, statement: ScriptStatement, insert: Insert): DocumentSymbol {
  return {
    name: insert.table.text === '' ? '?' : insert.table.text,
    detail: 'insert',
    kind: SymbolKind.Field,
    range: rangeOf(script, statement, insert.span),
    selectionRange: rangeOf(script, statement, insert.table.span),
  };
}

function columnSymbol(script: Script, statement: ScriptStatement, column: ColumnDefinition): DocumentSymbol {
  return {
    name: column.name.text === '' ? '?' : column.name.text,
    detail: column.kind === 'computed' ? 'computed' : typeText(column.type),
    kind: SymbolKind.Field,
    range: rangeOf(script, statement, column.span),
    selectionRange: rangeOf(script, statement, column.name.span),
  };
}

function typeText(type: TypeName): string {
  const parameters = type.parameters.length === 0 ? '' : `(${type.parameters.join(', ')})`;
  const inner = type.arguments.map((argument) => typeText(argument.type)).join(', ');
  return `${type.name}${parameters}${inner === '' ? '' : `<${inner}>`}`;
}
