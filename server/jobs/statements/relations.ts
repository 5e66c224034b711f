// CREATE and DROP of tables, streams and views.
import { toError } from '../../analysis/problemCodes';
import { defineRelation } from '../../analysis/relations';
import type { CreateTable, CreateTableAs, CreateView, DropRelation } from '../../syntax/ast';
import { usedSettings } from '../jobStarter';
import { messages } from '../messages';
import { on } from '../scripts';
import { recording } from '../usedRelations';
import { said, type Outcome, type StatementContext } from './context';

type Defined = ReturnType<typeof defineRelation>;

export async function createRelation(
  statement: CreateTable | CreateView,
  text: string,
  context: StatementContext,
): Promise<Outcome> {
  const { catalog, settings } = context;
  const { name, ifNotExists } = statement;
  if (ifNotExists && catalog.find(name.text) !== undefined)
    return said(`${name.text} exists already: nothing to do.`);
  const looking = recording(catalog.catalog);
  const defined = defineRelation(statement, text, looking);
  checkNewRelation(defined, statement, context);
  await catalog.add(defined.relation, looking.used, {
    name: name.text,
    statement: text,
    settings: usedSettings(text, settings),
  });
  const word = statement.kind === 'createView' ? 'View' : statement.word === 'STREAM' ? 'Stream' : 'Table';
  return said(`${word} ${name.text} is created.`);
}

/** @throws StreamJobsError what is wrong with it, or that its name is taken */
export function checkNewRelation(
  { problems }: Defined,
  { name }: CreateTable | CreateView | CreateTableAs,
  { catalog }: StatementContext,
): void {
  const existing = catalog.find(name.text);
  if (existing !== undefined) throw on(name.span, messages.tableExists(name.text, existing.kind));
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw toError(wrong);
}

/** Not while a job or a view uses it. */
export async function dropRelation(statement: DropRelation, context: StatementContext): Promise<Outcome> {
  const { name, ifExists } = statement;
  const { catalog, jobs } = context;
  const word = statement.word === 'VIEW' ? 'view' : statement.word === 'STREAM' ? 'stream' : 'table';
  const found = catalog.find(name.text);
  const kind = word === 'view' ? 'view' : 'table';
  if (found?.kind !== kind) {
    if (ifExists && found === undefined) return said(`There is no ${word} ${name.text}: nothing to do.`);
    if (found !== undefined) throw on(name.span, messages.otherKind(name.text, found.kind));
  }
  try {
    const relation = catalog.get(name.text, word);
    const users = jobs.using(name.text).map((job) => job.name);
    if (users.length > 0) throw messages.tableInUse(name.text, users, 'job');
    const views = catalog.viewsUsing(name.text);
    if (views.length > 0) throw messages.tableInUse(name.text, views, 'view');
    await catalog.remove(relation);
  } catch (error) {
    throw on(name.span, error);
  }
  return said(`${word.charAt(0).toUpperCase()}${word.slice(1)} ${name.text} is dropped.`);
}
