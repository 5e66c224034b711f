// A script of CREATE TABLE statements and one query, planned as the job server plans it.
import { MapCatalog } from '../../../server/analysis/catalogs';
import type { JobPlan, PreviewPlan } from '../../../server/analysis/plan';
import { planJob, planPreview } from '../../../server/analysis/planner';
import { defineRelation } from '../../../server/analysis/relations';
import { parseScript } from '../../../server/syntax/script';

interface Script {
  catalog: MapCatalog;
  last: ReturnType<typeof parseScript>[number];
}

function read(sql: string): Script {
  const catalog = new MapCatalog();
  const statements = parseScript(sql);
  for (const { statement, text, problems } of statements) {
    if (problems.length > 0) throw new Error(`${problems[0]?.message ?? ''} in ${text}`);
    if (statement?.kind !== 'createTable' && statement?.kind !== 'createView') continue;
    const { relation, problems: found } = defineRelation(statement, text, catalog);
    const errors = found.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(`${errors[0]?.message ?? ''} in ${text}`);
    catalog.add(relation);
  }
  const last = statements.at(-1);
  if (!last) throw new Error('An empty script.');
  return { catalog, last };
}

export function planScript(sql: string): JobPlan {
  const { catalog, last } = read(sql);
  const { statement } = last;
  if (statement?.kind !== 'insert' && statement?.kind !== 'statementSet' && statement?.kind !== 'startJob')
    throw new Error('The last statement is no job.');
  return planOf(planJob(statement, catalog));
}

export function planSelect(sql: string): PreviewPlan {
  const { catalog, last } = read(sql);
  if (last.statement?.kind !== 'select') throw new Error('The last statement is no SELECT.');
  return planOf(planPreview(last.statement, catalog));
}

function planOf<P>({ plan, problems }: { plan?: P; problems: { message: string }[] }): P {
  if (!plan) throw new Error(problems.map(({ message }) => message).join(' '));
  return plan;
}
