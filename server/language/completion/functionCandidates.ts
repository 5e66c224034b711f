// Functions as snippets with a tab stop for each parameter; those of DuckDB only once a letter is typed.
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { FunctionDefinition } from '../../analysis/functions/definition';
import { findFunction, flinkFunctions, functionNames } from '../../analysis/functions/functions';
import type { Parameter } from '../../analysis/functions/signature';
import { rank, type Candidate } from './candidate';

/** @param typed the word so far: DuckDB has hundreds of functions, so they wait for its first letter */
export function functionCandidates(typed: string): Candidate[] {
  const known = flinkFunctions.map(functionCandidate);
  const initial = typed.slice(0, 1).toUpperCase();
  if (initial === '') return known;
  const names = new Set(flinkFunctions.map(({ name }) => name));
  const others = functionNames()
    .filter((name) => name.startsWith(initial) && !names.has(name))
    .map((name) => findFunction(name))
    .filter((definition) => definition !== undefined)
    .map((definition) => ({ ...functionCandidate(definition), rank: rank.unlikely }));
  return [...known, ...others];
}

function functionCandidate(definition: FunctionDefinition): Candidate {
  const { name, signatures } = definition;
  const [first] = signatures;
  const call = writtenWithoutParentheses(definition) ? name : `${name}(${stops(first?.parameters ?? [])})`;
  return {
    label: name,
    kind: CompletionItemKind.Function,
    rank: definition.notRun === true ? rank.unlikely : rank.function,
    detail: (first?.text ?? '') + (signatures.length > 1 ? ` (+${signatures.length - 1})` : ''),
    insert: call,
    snippet: true,
    topic: { about: 'function', name },
  };
}

/** CURRENT_TIMESTAMP and its kind: the example shows how it is written. */
function writtenWithoutParentheses({ name, example }: FunctionDefinition): boolean {
  return example === name;
}

/** A tab stop for each parameter that must be there; one for all when none must. */
function stops(parameters: readonly Parameter[]): string {
  const needed = parameters.filter(({ optional }) => !optional);
  if (needed.length === 0) return parameters.length === 0 ? '' : '${1}';
  return needed.map(({ name }, i) => `\${${i + 1}:${name}}`).join(', ');
}
