// Properties: edits give what a fresh start gives, and no text makes a feature throw.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, it } from 'vitest';
import { checkText } from '../../../server/language/check';
import { codeActions } from '../../../server/language/codeActions';
import { codeLenses } from '../../../server/language/codeLenses';
import { complete } from '../../../server/language/completion/complete';
import { diagnostics } from '../../../server/language/diagnostics';
import { documentSymbols } from '../../../server/language/documentSymbols';
import { foldingRanges } from '../../../server/language/folding';
import { hover } from '../../../server/language/hover';
import { documentHighlights, references } from '../../../server/language/references';
import { rename } from '../../../server/language/rename';
import type { Script } from '../../../server/language/script';
import { semanticTokens } from '../../../server/language/semanticTokens';
import { signatureHelp } from '../../../server/language/signatureHelp';
import { statementInfo } from '../../../server/language/statements';
import { Workspace } from '../../../server/language/workspace';
import { liveJobs, scriptOf, tables, uri } from './support';

const script = `${tables}CREATE VIEW big AS SELECT id, amount * 2 AS doubled FROM orders_in WHERE amount > 100;
SELECT doubled FROM big;
CREATE VIEW bigger AS SELECT * FROM big;
INSERT INTO out_t SELECT id, 'x' FROM bigger;
SET 'pipeline.name' = 'copy';
INSERT INTO out_t SELECT id, customer FROM orders_in;
PAUSE JOB copy;
PAUSE JOB clicks, orders WITH REASON 'why';
DROP VIEW big;
SELECT missing FROM big;
`;

/** Everything a script says that does not depend on how it was come by. */
function everything(found: Script): unknown {
  return {
    diagnostics: diagnostics(found, liveJobs),
    symbols: documentSymbols(found),
    tokens: semanticTokens(found).data,
    statements: statementInfo(found),
  };
}

/** Pieces of SQL that make and break definitions when they are put somewhere. */
const piece = fc.constantFrom(
  ';',
  "'",
  '--',
  ' ',
  '\n',
  'x',
  '(',
  ')',
  ', ',
  'big',
  'orders_in',
  ' AS ',
  'DROP VIEW big;',
  "SET 'pipeline.name' = 'other';",
  "CREATE TABLE big (doubled INT) WITH ('connector' = 'datagen');",
);
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(12), text: piece });

describe('incremental analysis', () => {
  it('gives what a fresh one gives, after any edits', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        let document = TextDocument.create(uri, 'streamsql', 1, script);
        const workspace = new Workspace(() => [document]);
        workspace.script(document);
        for (const { at, length, text } of edits) {
          const start = Math.floor(at * document.getText().length);
          const range = { start: document.positionAt(start), end: document.positionAt(start + length) };
          document = TextDocument.update(document, [{ range, text }], document.version + 1);
          expect(everything(workspace.script(document))).toEqual(everything(scriptOf(document.getText())));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of several documents gives what fresh ones give', () => {
    const [first, second] = ['file:///a.streamsql', 'file:///b.streamsql'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), edit), { maxLength: 6 }), (edits) => {
        let documents = [
          TextDocument.create(first, 'streamsql', 1, tables),
          TextDocument.create(second, 'streamsql', 1, script.slice(tables.length)),
        ];
        const workspace = new Workspace(() => documents);
        workspace.scripts();
        for (const [isFirst, { at, length, text }] of edits) {
          documents = documents.map((document, i) => {
            if ((i === 0) !== isFirst) return document;
            const start = Math.floor(at * document.getText().length);
            const range = { start: document.positionAt(start), end: document.positionAt(start + length) };
            return TextDocument.update(document, [{ range, text }], document.version + 1);
          });
          workspace.scripts();
        }
        const fresh = new Workspace(() => documents);
        // What one defines the other reads, so that each is looked at until nothing changes any more.
        for (const each of [workspace, fresh]) for (let i = 0; i < 4; i++) each.scripts();
        expect(workspace.scripts().map(everything)).toEqual(fresh.scripts().map(everything));
      }),
      { numRuns: 40 },
    );
  });

  it('analyses only the edited statement and those that depend on it', () => {
    let document = TextDocument.create(uri, 'streamsql', 1, script);
    const workspace = new Workspace(() => [document]);
    const before = workspace.script(document).statements.map(({ facts }) => facts);
    const at = document.getText().indexOf('> 100') + 2;
    const range = { start: document.positionAt(at), end: document.positionAt(at + 3) };
    document = TextDocument.update(document, [{ range, text: '200' }], 2);
    const after = workspace.script(document).statements.map(({ facts }) => facts);
    const changed = after.flatMap((facts, i) => (facts === before[i] ? [] : [i]));
    // The view, what reads it, the view over it, and what reads and drops those.
    expect(changed).toEqual([2, 3, 4, 5, 10]);
  });
});

const corpus = ['valid', 'broken']
  .map((name) => path.join(import.meta.dirname, '../../corpus', name))
  .flatMap((folder) =>
    fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), 'utf8')),
  );

/** Asks every feature at an offset. */
function askEverything(text: string, offset: number): void {
  const found = scriptOf(text);
  const range = { start: found.document.positionAt(offset), end: found.document.positionAt(offset) };
  everything(found);
  complete(found, offset, liveJobs);
  hover(found, offset, liveJobs);
  signatureHelp(found, offset);
  documentHighlights(found, offset);
  references(found, offset, [found], true);
  rename(found, offset, 'renamed', [found]);
  codeActions(found, range, liveJobs);
  codeLenses(found, liveJobs);
  foldingRanges(found);
}

describe('no text makes a feature throw', () => {
  it('no prefix and no deletion of the corpus', () => {
    const statements = corpus.flatMap((text) => text.split(/;\s*\n/)).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(
        fc.constantFrom(...statements),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(15),
        fc.boolean(),
        (statement, share, length, isPrefix) => {
          const at = Math.floor(share * statement.length);
          const rest = isPrefix ? '' : statement.slice(at + length);
          askEverything(tables + statement.slice(0, at) + rest, tables.length + at);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('nor anything else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 }),
        (pieces) => {
          const text = pieces.join('');
          askEverything(text, Math.floor(text.length / 2));
          checkText(text);
        },
      ),
      { numRuns: 200 },
    );
  });
});
