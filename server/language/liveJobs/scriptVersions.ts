// The versions of jobs as a script sees them: those live jobs have, changed by its own DEPLOY and ROLLBACK.
import type { VersionBrief } from '../../protocol/jobs';
import type { DeployJob, RollbackJob, Statement } from '../../syntax/ast';
import type { Problem } from '../../syntax/problem';
import type { KnownJobs } from './knownJobs';
import { noEarlierVersion, runsAlready, unknownVersion, versionTaken } from './versionProblems';

type Versions = readonly VersionBrief[];

/** Follows a script from its top, as the jobs' states are followed. */
export class ScriptVersions {
  /** Of the jobs that the script has started, deployed or rolled back. */
  private readonly planned = new Map<string, Versions>();

  constructor(private readonly jobs: KnownJobs) {}

  /** What would fail about versions when the statement is run; its job is there. */
  problemOf(statement: Statement): Problem | undefined {
    if (statement.kind !== 'deployJob' && statement.kind !== 'rollbackJob') return undefined;
    const versions = this.versionsOf(statement.name.text);
    if (versions === undefined) return undefined;
    return statement.kind === 'deployJob'
      ? deployProblem(statement, versions)
      : rollbackProblem(statement, versions);
  }

  /** A statement that succeeds has made the job. */
  started(name: string): void {
    this.planned.set(name, [{ version: '1', state: 'active' }]);
  }

  /** A statement that succeeds has changed which version runs. */
  apply(statement: Statement): void {
    if (statement.kind !== 'deployJob' && statement.kind !== 'rollbackJob') return;
    const versions = this.versionsOf(statement.name.text);
    if (versions === undefined) return;
    const after =
      statement.kind === 'deployJob' ? deployed(versions, statement) : rolledBack(versions, statement);
    this.planned.set(statement.name.text, after);
  }

  /** Undefined when nobody said. */
  private versionsOf(name: string): Versions | undefined {
    const planned = this.planned.get(name);
    if (planned !== undefined) return planned;
    const { version, versions } = this.jobs.byName.get(name) ?? {};
    return versions ?? (version === undefined ? undefined : [{ version, state: 'active' }]);
  }
}

function deployProblem({ name, version }: DeployJob, versions: Versions): Problem | undefined {
  // What a canary allows and refuses depends on its query: running it says so.
  if (inState(versions, 'canary') !== undefined || !has(versions, version.text)) return undefined;
  return versionTaken(name.text, version, versions);
}

function rollbackProblem({ name, version }: RollbackJob, versions: Versions): Problem | undefined {
  if (version !== undefined && !has(versions, version.text))
    return unknownVersion(name.text, version, versions);
  if (inState(versions, 'canary') !== undefined) return undefined;
  if (version === undefined)
    return inState(versions, 'previous') === undefined ? noEarlierVersion(name) : undefined;
  return inState(versions, 'active') === version.text ? runsAlready(name.text, version) : undefined;
}

function deployed(versions: Versions, { version, strategy }: DeployJob): Versions {
  const isCanary = strategy?.kind === 'canary';
  const others = versions.filter((known) => known.version !== version.text);
  return [
    ...(isCanary ? others : moved(others, 'active', 'previous')),
    { version: version.text, state: isCanary ? 'canary' : 'active' },
  ];
}

function rolledBack(versions: Versions, { version }: RollbackJob): Versions {
  if (inState(versions, 'canary') !== undefined) return moved(versions, 'canary', 'rolled back');
  const target = version?.text ?? inState(versions, 'previous');
  return moved(versions, 'active', 'rolled back').map((known) =>
    known.version === target ? { ...known, state: 'active' } : known,
  );
}

function has(versions: Versions, version: string): boolean {
  return versions.some((known) => known.version === version);
}

/** The latest version in a state. */
function inState(versions: Versions, state: VersionBrief['state']): string | undefined {
  return versions.filter((known) => known.state === state).at(-1)?.version;
}

function moved(versions: Versions, from: VersionBrief['state'], to: VersionBrief['state']): VersionBrief[] {
  return versions.map((known) => (known.state === from ? { ...known, state: to } : known));
}
