// The language features as VS Code asks for them, through the real client and server.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, completions, diagnostic, lenses, show, until, write } from './workspace';

describe('language', () => {
  before(activate);

  it('finds nothing wrong in the samples', async () => {
    for (const name of ['jobs.ssql', 'pause-resume.ssql']) {
      const document = await show(name);
      await until('lenses', async () => ((await lenses(document)).length > 0 ? true : undefined));
      const errors = vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
      assert.deepEqual(
        errors.map(({ message }) => `${name}: ${message}`),
        [],
      );
    }
  });

  it('underlines the wrong word and fixes it', async () => {
    const { document } = await write('PUASE JOB x;');
    const found = await diagnostic(document, 'Did you mean PAUSE?');
    assert.equal(document.getText(found.range), 'PUASE');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      found.range,
    );
    const fix = actions.find(({ edit }) => edit !== undefined);
    assert.ok(fix?.edit, 'a quick fix');
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), 'PAUSE JOB x;');
  });

  it('completes columns in scope, after a mistake elsewhere in the file', async () => {
    const table = "CREATE TABLE t (id INT, amount INT) WITH ('connector' = 'datagen');";
    const { document, cursor } = await write(`${table}\nSELEC nothing;\nSELECT <|> FROM t;`);
    const offered = await completions(document, cursor);
    assert.ok(offered.includes('amount'), offered.slice(0, 20).join(', '));
  });

  it('completes the options of the chosen connector only', async () => {
    const { document, cursor } = await write("CREATE TABLE t (id INT) WITH ('connector' = 'file', '<|>');");
    const offered = (await completions(document, cursor)).join(' ');
    assert.match(offered, /path/);
    assert.doesNotMatch(offered, /rows-per-second/);
  });

  it('tells about what the mouse is over', async () => {
    const document = await show('jobs.ssql');
    const at = document.positionAt(document.getText().indexOf('FROM orders') + 'FROM '.length);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((content) => (content instanceof vscode.MarkdownString ? content.value : '')),
    );
    assert.match(texts.join('\n'), /amount/);
  });

  it('lists, folds and colours statements', async () => {
    const document = await show('jobs.ssql');
    const ask = <T>(provider: string) =>
      vscode.commands.executeCommand<T>(`vscode.${provider}`, document.uri);
    const symbols = await ask<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider');
    assert.ok(symbols.some(({ name }) => name.includes('find_big_orders')));
    assert.ok((await ask<vscode.FoldingRange[]>('executeFoldingRangeProvider')).length >= 5);
    assert.ok((await ask<vscode.SemanticTokens>('provideDocumentSemanticTokens')).data.length > 0);
  });
});
