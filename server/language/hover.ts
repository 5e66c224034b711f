// What is known of the thing under the mouse: a job with its live state, a table, a column, a function, a keyword, an
// option.
import { MarkupKind, type Hover } from 'vscode-languageserver-types';
import { findFunction } from '../analysis/functions/functions';
import { formatType } from '../analysis/typeNames';
import type { Use } from '../analysis/binding/findings';
import { optionOf } from './completion/optionCandidates';
import { placeAt, placeLengthMax } from './completion/place';
import { optionOwner } from './completion/stringCandidates';
import { escapeMarkdown } from '../protocol/markdown';
import { functionMarkdown, jobMarkdown, keywordText, relationMarkdown } from './documentation';
import { jobUses } from './liveJobs/jobUses';
import type { KnownJobs } from './liveJobs/knownJobs';
import { lastBefore, rangeBetween, type Script, type ScriptStatement } from './script';
import { occurrenceAt } from './symbols';
import { tokenize, type SyntaxToken } from './tokens';

export function hover(script: Script, offset: number, jobs: KnownJobs | undefined): Hover | null {
  const statement = lastBefore(script, offset);
  if (statement === undefined || offset > statement.end || statement.text.length > placeLengthMax)
    return null;
  const inside = offset - statement.start;
  const tokens = tokenize(statement.text);
  const index = tokenIndexAt(tokens, inside);
  const token = tokens[index];
  if (token === undefined || token.kind === 'comment' || token.kind === 'sign') return null;
  const text =
    jobText(statement, token, jobs) ??
    nameText(script, statement, token) ??
    (token.kind === 'string' ? optionText(script, statement.start + token.end - 1, token) : undefined) ??
    wordText(token, tokens[index + 1], tokens[index - 1]);
  if (text === undefined) return null;
  return {
    contents: { kind: MarkupKind.Markdown, value: text },
    range: rangeBetween(script, statement.start + token.start, statement.start + token.end),
  };
}

/** The token at an offset; right behind a word, that word. */
function tokenIndexAt(tokens: readonly SyntaxToken[], offset: number): number {
  const index = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
  return index < 0 || tokens[index]?.kind === 'sign' ? tokens.findIndex(({ end }) => end === offset) : index;
}

function jobText(
  { tree, pipelineName }: ScriptStatement,
  token: SyntaxToken,
  jobs: KnownJobs | undefined,
): string | undefined {
  const use = tree && jobUses(tree, pipelineName).uses.find(({ name }) => name.span.start === token.start);
  if (use === undefined || use.implied === true) return undefined;
  const name = use.name.text;
  const unknown =
    jobs === undefined ? 'No job server is connected, so its state is not known.' : 'No such job now.';
  return jobMarkdown(name, jobs) ?? `**${escapeMarkdown(name)}** — job\n\n${unknown}`;
}

function nameText(script: Script, statement: ScriptStatement, token: SyntaxToken): string | undefined {
  const use = statement.facts?.uses.find(({ span }) => span.start === token.start);
  const known = use && useText(use);
  if (known !== undefined) return known;
  const declared = occurrenceAt(script, statement.start + token.start);
  if (declared?.span.start !== token.start || declared.target.kind !== 'column') return undefined;
  const { definition, name } = declared.target;
  const column = definition.columns.find((each) => each.name === name);
  return column && columnText(name, formatType(column.type), definition.name);
}

function useText(use: Use): string | undefined {
  switch (use.kind) {
    case 'relation':
    case 'alias':
      return use.definition && relationMarkdown(use.definition);
    case 'column':
      return columnText(use.name, formatType(use.type), use.definition?.name ?? use.relation);
    case 'function':
      return functionMarkdown(use.definition.name);
    case 'cte':
      return `**${escapeMarkdown(use.name)}** — common table expression of this statement`;
    case 'job':
      return undefined;
  }
}

function columnText(name: string, type: string, from: string | undefined): string {
  const origin = from === undefined ? '' : ` of ${escapeMarkdown(from)}`;
  return `**${escapeMarkdown(name)}** \`${type}\` — column${origin}`;
}

/** A key of WITH or SET. */
function optionText(script: Script, offset: number, token: SyntaxToken): string | undefined {
  const place = placeAt(script, offset);
  const isKey = place?.expected.names.some((name) => name === 'optionKey' || name === 'settingKey');
  if (place === undefined || isKey !== true) return undefined;
  const key = token.text.slice(1, -1);
  const definition = optionOf(optionOwner(place), key);
  if (definition === undefined) return undefined;
  const byDefault = definition.default === undefined ? '' : `, by default \`${definition.default}\``;
  const needed = definition.required ? ' Required.' : '';
  return `\`${key}\` — takes ${definition.kind.expects}${byDefault}\n\n${definition.documentation}${needed}`;
}

function wordText(
  token: SyntaxToken,
  next: SyntaxToken | undefined,
  last: SyntaxToken | undefined,
): string | undefined {
  if (token.kind !== 'word' && token.kind !== 'name') return undefined;
  const isCall = next?.text === '(' && findFunction(token.text) !== undefined;
  if (isCall) return functionMarkdown(token.text);
  return token.kind === 'word' ? keywordText(token.text, next?.text, last?.text) : undefined;
}
