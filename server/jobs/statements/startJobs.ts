// Statements that start, restart and remove jobs.
import type { Insert, StartJob, StatementSet, DropJob, RestartJob, CreateTableAs } from '../../syntax/ast';
import { defineRelation } from '../../analysis/relations';
import { usedSettings } from '../jobStarter';
import { on } from '../scripts';
import { notice } from './changeJobs';
import { said, type Outcome, type StatementContext } from './context';
import { checkNewRelation } from './relations';

/** The name of the job that the next INSERT or STATEMENT SET starts. */
const pipelineName = 'pipeline.name';

export async function startJob(
  statement: StartJob,
  text: string,
  context: StatementContext,
): Promise<Outcome> {
  const { name, paused, ifNotExists } = statement;
  const existing = context.jobs.find(name.text);
  if (ifNotExists && existing !== undefined)
    return said(`${name.text} exists already (${existing.state}): nothing to do.`);
  try {
    await begin(name.text, text, paused, context);
  } catch (error) {
    throw on(name.span, error);
  }
  return said(paused ? `${name.text} is there, paused.` : `${name.text} is running.`);
}

/** INSERT INTO: a job named after its sink, or by SET 'pipeline.name'. */
export async function insert(statement: Insert, text: string, context: StatementContext): Promise<Outcome> {
  const { settings } = context;
  const name = settings.get(pipelineName) ?? statement.table.text;
  // It names one job only.
  settings.delete(pipelineName);
  try {
    await begin(name, text, false, context);
  } catch (error) {
    throw on(statement.table.span, error);
  }
  return said(`${name} is running.`);
}

export async function statementSet(
  statement: StatementSet,
  text: string,
  context: StatementContext,
): Promise<Outcome> {
  const { settings } = context;
  const name = settings.get(pipelineName) ?? statement.inserts[0]?.table.text ?? 'statement_set';
  settings.delete(pipelineName);
  await begin(name, text, false, context);
  return said(`${name} is running.`);
}

/** CREATE ... AS SELECT: a sink and a job of the same name, or neither. */
export async function createTableAs(
  statement: CreateTableAs,
  text: string,
  context: StatementContext,
): Promise<Outcome> {
  const { name, ifNotExists } = statement;
  const { catalog } = context;
  if (ifNotExists && catalog.find(name.text) !== undefined)
    return said(`${name.text} exists already: nothing to do.`);
  const defined = defineRelation(statement, text, catalog.catalog);
  checkNewRelation(defined, statement, context);
  await catalog.add(defined.relation, new Set(), {
    name: name.text,
    statement: text,
    settings: usedSettings(text, context.settings),
  });
  try {
    await begin(name.text, text, false, context);
  } catch (error) {
    await catalog.remove(defined.relation);
    throw on(name.span, error);
  }
  return said(`${name.text} is there, and its job is running.`);
}

export async function restartJob({ name }: RestartJob, { jobs }: StatementContext): Promise<Outcome> {
  try {
    await jobs.get(name.text).restart();
  } catch (error) {
    throw on(name.span, error);
  }
  return said(`${name.text} is running.`);
}

export async function dropJob({ name, ifExists }: DropJob, { jobs }: StatementContext): Promise<Outcome> {
  if (ifExists && jobs.find(name.text) === undefined) return said(notice(name.text));
  try {
    await jobs.get(name.text).drop();
  } catch (error) {
    throw on(name.span, error);
  }
  return said(`${name.text} is dropped.`);
}

async function begin(
  name: string,
  statement: string,
  paused: boolean,
  context: StatementContext,
): Promise<void> {
  const { starter, by, settings } = context;
  await starter.start({ name, statement, paused, by, settings });
}
