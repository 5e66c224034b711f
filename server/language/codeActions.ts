// Quick fixes: the fixes that problems carry, where the cursor or selection touches them.
import type { CodeAction, Range } from 'vscode-languageserver-types';
import { problems, toDiagnostic, type PlacedProblem } from './diagnostics';
import type { KnownJobs } from './liveJobs/knownJobs';
import { rangeOf, type Script } from './script';

export function codeActions(script: Script, range: Range, jobs: KnownJobs | undefined): CodeAction[] {
  const from = script.document.offsetAt(range.start);
  const to = script.document.offsetAt(range.end);
  return problems(script, jobs)
    .filter(({ statement, problem }) => {
      const start = statement.start + problem.span.start;
      return start <= to && from <= statement.start + problem.span.end;
    })
    .flatMap((placed) => fixesOf(script, placed));
}

function fixesOf(script: Script, placed: PlacedProblem): CodeAction[] {
  const { statement, problem } = placed;
  return problem.fixes.map((fix) => ({
    title: fix.title,
    kind: 'quickfix',
    diagnostics: [toDiagnostic(script, placed)],
    isPreferred: fix.preferred,
    edit: {
      changes: {
        [script.document.uri]: [{ range: rangeOf(script, statement, fix.span), newText: fix.text }],
      },
    },
  }));
}
