// Evaluates the manifest's `when` clauses, as far as it uses them: &&, ||, !, ==, != and =~.

export type Context = Record<string, string | boolean>;

/** @throws when the clause is of a form the manifest does not use yet */
export function holds(clause: string | undefined, context: Context): boolean {
  if (clause === undefined) return true;
  return clause.split('||').some((side) => side.split('&&').every((term) => termHolds(term.trim(), context)));
}

function termHolds(term: string, context: Context): boolean {
  const match = /^(.+?)\s*(==|!=|=~)\s*(.+)$/.exec(term);
  if (!match) {
    if (!/^!?[\w.]+$/.test(term)) throw new Error(`Not understood: ${term}`);
    return term.startsWith('!') ? !context[term.slice(1)] : Boolean(context[term]);
  }
  const [, key = '', operator, wanted = ''] = match;
  const value = String(context[key] ?? '');
  if (operator === '=~') return new RegExp(wanted.replace(/^\/|\/$/g, '')).test(value);
  return operator === '==' ? value === wanted : value !== wanted;
}
