// The diagnostics of a text by itself, for the command line: no other documents, no live jobs.
import { TextDocument } from 'vscode-languageserver-textdocument';
import { MapCatalog } from '../analysis/catalogs';
import type { CheckedDiagnostic } from '../protocol/languageServer';
import type { Fix } from '../syntax/problem';
import { buildScript } from './buildScript';
import { problems } from './diagnostics';
import { rangeOf } from './script';

/** What is wrong in a script, in its order. Never throws. */
export function checkText(text: string): CheckedDiagnostic[] {
  const document = TextDocument.create('untitled:', 'streamsql', 0, text);
  const script = buildScript(document, new MapCatalog(), { readLongStatements: true });
  return problems(script, undefined).map(({ statement, problem }) => {
    const fix = problem.fixes.find(({ preferred }) => preferred);
    return {
      code: problem.code,
      severity: problem.severity,
      message: problem.message,
      range: rangeOf(script, statement, problem.span),
      ...(fix === undefined ? {} : { fix: fixed(statement.text, fix) }),
    };
  });
}

function fixed(text: string, { span, text: replacement }: Fix): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}
