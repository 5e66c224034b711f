// The SJ3xx diagnostics about versions: what DEPLOY and ROLLBACK would meet because of the versions a job has.
import { nearestName } from '../../analysis/suggest';
import type { VersionBrief } from '../../protocol/jobs';
import { nextVersion } from '../../protocol/jobText';
import type { Name } from '../../syntax/ast';
import type { Fix, Problem } from '../../syntax/problem';
import { jobCodes } from './jobProblems';

/** Only information: a file keeps its DEPLOY statement after it was run. */
export function versionTaken(job: string, { text, span }: Name, versions: readonly VersionBrief[]): Problem {
  const message = `There was already a version '${text}' of ${job}. Running this fails.`;
  const next = nextVersion({ version: text, versions: [...versions] });
  const fixes = [changeTo(next, span, false)];
  return { code: jobCodes.versionTaken, severity: 'info', message, span, fixes };
}

export function unknownVersion(
  job: string,
  { text, span }: Name,
  versions: readonly VersionBrief[],
): Problem {
  const names = versions.map(({ version }) => version);
  const near = nearestName(text, names);
  const list = names.map((version) => `'${version}'`).join(', ');
  const said = near === undefined ? `Its versions are ${list}.` : `Did you mean '${near}'?`;
  return {
    ...{ code: jobCodes.unknownVersion, severity: 'error', span },
    message: `${job} has no version '${text}'. ${said}`,
    fixes: near === undefined ? [] : [changeTo(near, span, true)],
  };
}

export function runsAlready(job: string, { text, span }: Name): Problem {
  const message = `${job} is at version '${text}' already. Running this fails.`;
  return { code: jobCodes.versionRuns, severity: 'error', message, span, fixes: [] };
}

export function noEarlierVersion({ text, span }: Name): Problem {
  const message = `${text} has no earlier version to go back to.`;
  return { code: jobCodes.unknownVersion, severity: 'error', message, span, fixes: [] };
}

function changeTo(version: string, span: Name['span'], preferred: boolean): Fix {
  const text = `'${version.replaceAll("'", "''")}'`;
  return { title: `Change to '${version}'`, span, text, preferred };
}
