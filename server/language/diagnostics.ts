// Everything wrong in a document: syntax, names, types and options from the analysis, and what live jobs add.
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver-types';
import type { Problem } from '../syntax/problem';
import { jobProblems } from './liveJobs/scriptJobs';
import type { KnownJobs } from './liveJobs/knownJobs';
import { rangeOf, type Script, type ScriptStatement } from './script';

/** A problem and the statement its spans are relative to. */
export interface PlacedProblem {
  statement: ScriptStatement;
  problem: Problem;
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** Messages are plain text. */
export type PlainDiagnostic = Diagnostic & { message: string };

/** In the order of the document. `jobs` undefined = unknown: nothing is said about jobs. */
export function diagnostics(script: Script, jobs: KnownJobs | undefined): PlainDiagnostic[] {
  return problems(script, jobs).map((placed) => toDiagnostic(script, placed));
}

export function problems(script: Script, jobs: KnownJobs | undefined): PlacedProblem[] {
  const aboutJobs = jobs === undefined ? undefined : jobProblems(script, jobs);
  return script.statements.flatMap((statement, index) =>
    [...statement.problems, ...(aboutJobs?.[index] ?? [])].map((problem) => ({ statement, problem })),
  );
}

export function toDiagnostic(script: Script, { statement, problem }: PlacedProblem): PlainDiagnostic {
  return {
    range: rangeOf(script, statement, problem.span),
    severity: severities[problem.severity],
    code: problem.code,
    source: 'stream-jobs',
    message: problem.message,
  };
}
