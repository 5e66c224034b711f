// What live jobs keep, as a catalog without tables: planned from their statements, each when it is first asked for.
import type { Catalog, JobState } from '../../analysis/catalog';
import { jobStateOf } from '../../analysis/jobState';
import { planJob } from '../../analysis/planner';
import type { JobStatementText } from '../../protocol/languageServer';
import { parseStatement } from '../../syntax/script';

/** @param tables what the statements read and write */
export function liveJobStates(jobs: readonly JobStatementText[], tables: Catalog): Catalog {
  const statements = new Map(jobs.map(({ name, statement }) => [name, statement]));
  const planned = new Map<string, JobState | undefined>();
  return {
    relation: () => undefined,
    relations: () => [],
    jobState: (name) => {
      if (!planned.has(name)) planned.set(name, stateOf(statements.get(name), tables));
      return planned.get(name);
    },
  };
}

function stateOf(text: string | undefined, tables: Catalog): JobState | undefined {
  if (text === undefined) return undefined;
  const { statement, partial } = parseStatement(text.replace(/;\s*$/, ''));
  if (partial) return undefined;
  switch (statement?.kind) {
    case 'startJob':
    case 'deployJob':
    case 'insert':
    case 'statementSet':
    case 'select':
    case 'createTableAs': {
      const { plan } = planJob(statement, tables);
      return plan && jobStateOf(plan);
    }
    default:
      return undefined;
  }
}
