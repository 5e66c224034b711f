// The jobs as a script sees them: the live ones, changed by its own statements from the top down, with the problems
// that running each statement would meet.
import type { JobState } from '../../protocol/jobs';
import type { Statement } from '../../syntax/ast';
import type { Problem } from '../../syntax/problem';
import type { Script } from '../script';
import { nameTaken, unknownJob, wrongState } from './jobProblems';
import { jobUses, type JobGroup, type JobUse } from './jobUses';
import { canPause, canResume, type KnownJobs } from './knownJobs';
import { ScriptVersions } from './scriptVersions';

/** What an earlier statement of the script will have done to a job. */
export type PlannedState = 'running' | 'paused' | 'stopped' | 'dropped';

/** For each statement of a script, in order, what would fail about jobs if the script were run now. */
export function jobProblems(script: Script, jobs: KnownJobs): Problem[][] {
  const state = new ScriptJobs(jobs);
  return script.statements.map(({ tree, partial, pipelineName }) => {
    const problems = tree === undefined ? [] : state.next(tree, pipelineName);
    // A syntax error is reported alone.
    return partial ? [] : problems;
  });
}

/** Follows a script from its top. */
class ScriptJobs {
  private readonly planned = new Map<string, PlannedState>();

  private readonly versions: ScriptVersions;

  constructor(private readonly jobs: KnownJobs) {
    this.versions = new ScriptVersions(jobs);
  }

  /** Takes the next statement: its effect counts for those after it. Returns what would fail about jobs. */
  next(statement: Statement, pipelineName: string | undefined): Problem[] {
    const { uses, group } = jobUses(statement, pipelineName);
    if (group !== undefined) this.applyToGroup(group);
    // All names are checked before any of them takes effect: the statement acts on them together.
    const problems = uses.flatMap((use) => this.problemsOf(use, statement));
    const aboutVersion = problems.length > 0 ? undefined : this.versions.problemOf(statement);
    if (aboutVersion !== undefined) return [aboutVersion];
    this.versions.apply(statement);
    const failing = new Set(problems.map((problem) => problem.span.start));
    for (const use of uses) if (!failing.has(use.name.span.start)) this.apply(use);
    return problems;
  }

  private problemsOf(use: JobUse, statement: Statement): Problem[] {
    const problem = use.action === 'start' ? this.startProblem(use) : this.manageProblem(use, statement);
    return problem === undefined ? [] : [problem];
  }

  private startProblem(use: JobUse): Problem | undefined {
    if (use.tolerant || !this.exists(use.name.text)) return undefined;
    return nameTaken(use, this.jobs);
  }

  private manageProblem(use: JobUse, statement: Statement): Problem | undefined {
    const name = use.name.text;
    if (!this.exists(name)) return use.tolerant ? undefined : unknownJob(use, this.names(), this.jobs);
    if (use.action !== 'pause' && use.action !== 'resume') return undefined;
    const planned = this.planned.get(name);
    const state = this.stateOf(name);
    if (state === undefined || state === 'dropped') return undefined;
    const takes = use.action === 'pause' ? canPause : canResume;
    return takes(state) ? undefined : wrongState(use, statement, state, this.jobs, planned !== undefined);
  }

  private apply(use: JobUse): void {
    const name = use.name.text;
    const result = resultOf(use);
    if (result === undefined) return;
    // IF [NOT] EXISTS on the wrong existence changes nothing.
    if (use.tolerant && (use.action === 'start') === this.exists(name)) return;
    // A paused job stays so with its new version.
    if (use.action === 'deploy' && this.stateOf(name) === 'paused') return;
    this.planned.set(name, result);
    if (use.action === 'start') this.versions.started(name);
  }

  private applyToGroup(group: JobGroup): void {
    const matches = group.pattern === undefined ? () => true : likeMatcher(group.pattern);
    for (const name of this.names().filter(matches)) {
      const state = this.stateOf(name);
      if (state === undefined || state === 'dropped') continue;
      if (group.action === 'pause' && canPause(state)) this.planned.set(name, 'paused');
      if (group.action === 'resume' && canResume(state)) this.planned.set(name, 'running');
    }
  }

  private stateOf(name: string): PlannedState | JobState | undefined {
    return this.planned.get(name) ?? this.jobs.byName.get(name)?.state;
  }

  private exists(name: string): boolean {
    const planned = this.planned.get(name);
    return planned === undefined ? this.jobs.byName.has(name) : planned !== 'dropped';
  }

  private names(): string[] {
    return [...new Set([...this.jobs.byName.keys(), ...this.planned.keys()])].filter((name) =>
      this.exists(name),
    );
  }
}

/** The state a job is in after a statement that succeeds; undefined = as before. */
function resultOf(use: JobUse): PlannedState | undefined {
  switch (use.action) {
    case 'start':
      return use.paused === true ? 'paused' : 'running';
    case 'pause':
      return 'paused';
    case 'resume':
    case 'restart':
    case 'deploy':
      return 'running';
    case 'stop':
      return 'stopped';
    case 'drop':
      return 'dropped';
    case 'look':
      return undefined;
  }
}

/** SQL LIKE with % and _, case-sensitive as job names are. */
function likeMatcher(pattern: string): (text: string) => boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 's');
  return (text) => expression.test(text);
}
