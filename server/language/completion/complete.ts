// Completion: gathers what may stand at a place from the grammar, the catalog and the live jobs, and puts it there.
import {
  CompletionItemKind,
  InsertTextFormat,
  type CompletionItem,
  type CompletionList,
  type Range,
} from 'vscode-languageserver-types';
import type { NameKind } from '../../syntax/expected';
import type { KnownJobs } from '../liveJobs/knownJobs';
import { rangeBetween, type Script } from '../script';
import { rank, type Candidate } from './candidate';
import { columnCandidates } from './columnCandidates';
import { functionCandidates } from './functionCandidates';
import { jobNameCandidates } from './jobCandidates';
import { keywordCandidates } from './keywordCandidates';
import { placeAt, type Place } from './place';
import { statementSnippets } from './statementSnippets';
import { stringCandidates } from './stringCandidates';
import { tableCandidates } from './tableCandidates';
import { typeCandidates } from './typeCandidates';

/** Names that are worth offering as soon as a space, a comma or a parenthesis is typed. */
const offeredUnasked: readonly NameKind[] = [
  'jobName',
  'jobNameDeploy',
  'tableName',
  'optionKey',
  'settingKey',
];

/** @param trigger the character that brought completion up by itself, if one did */
export function complete(
  script: Script,
  offset: number,
  jobs: KnownJobs | undefined,
  trigger?: string,
): CompletionList {
  const place = placeAt(script, offset);
  if (place === undefined || !isWanted(place, trigger)) return { isIncomplete: false, items: [] };
  const candidates =
    place.current?.kind === 'string' ? stringCandidates(place, jobs) : namesAndWords(place, script, jobs);
  const range = replaceRange(script, place);
  const quote = quoteOf(place);
  return {
    // Functions of DuckDB come with the first letter.
    isIncomplete: place.current === undefined && place.expected.names.includes('functionName'),
    items: candidates.map((candidate) => toItem(candidate, range, quote)),
  };
}

function namesAndWords(place: Place, script: Script, jobs: KnownJobs | undefined): Candidate[] {
  const { names } = place.expected;
  const isName = (name: NameKind) => names.includes(name);
  const candidates: Candidate[] = [];
  if (isName('jobName') || isName('jobNameDeploy'))
    candidates.push(...jobNameCandidates(place, script, jobs));
  if (isName('tableName')) candidates.push(...tableCandidates(place));
  if (isName('columnName') || isName('fieldName')) candidates.push(...columnCandidates(place));
  // Behind a dot or in quotes there are only names.
  if (place.before.at(-1)?.text === '.' || quoteOf(place) !== undefined) return candidates;
  if (isName('functionName')) candidates.push(...functionCandidates(place.current?.text ?? ''));
  if (isName('typeWord')) candidates.push(...typeCandidates());
  if (place.before.length === 0) candidates.push(...statementSnippets.map(snippetCandidate));
  return [...candidates, ...stringCandidates(place, jobs), ...keywordCandidates(place)];
}

function isWanted(place: Place, trigger: string | undefined): boolean {
  switch (trigger) {
    case ' ':
    case ',':
    case '(':
      return place.expected.names.some((name) => offeredUnasked.includes(name));
    case "'":
      return place.current?.kind === 'string';
    default:
      return true;
  }
}

/** The whole token under the cursor; of a string that is not closed only its line. */
function replaceRange(script: Script, { current, base, offset }: Place): Range {
  if (current === undefined) return rangeBetween(script, base + offset, base + offset);
  const [line = ''] = current.text.split(/\r?\n/, 1);
  const end = Math.max(offset, current.start + line.length);
  return rangeBetween(script, base + current.start, base + end);
}

/** The quote that a name was begun with. */
function quoteOf({ current }: Place): string | undefined {
  return current?.kind === 'quotedName' ? current.text.slice(0, 1) : undefined;
}

function toItem(candidate: Candidate, range: Range, quote: string | undefined): CompletionItem {
  const { label, kind, detail, topic } = candidate;
  const insert = quote === undefined ? (candidate.insert ?? label) : quoted(label, quote);
  return {
    label,
    kind,
    sortText: `${String(candidate.rank).padStart(2, '0')}${label}`,
    filterText: quote === undefined ? (candidate.filter ?? insertedWord(insert, label)) : insert,
    textEdit: { range, newText: insert },
    ...(candidate.snippet === true ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
    ...(detail === undefined ? {} : { detail }),
    ...(topic === undefined ? {} : { data: topic }),
  };
}

/** A name that needs quotes is found by what it is called. */
function insertedWord(insert: string, label: string): string {
  return insert.startsWith("'") ? insert : label;
}

function quoted(name: string, quote: string): string {
  return quote + name.replaceAll(quote, quote + quote) + quote;
}

function snippetCandidate({ label, detail, body }: (typeof statementSnippets)[number]): Candidate {
  return { label, kind: CompletionItemKind.Snippet, rank: rank.snippet, detail, insert: body, snippet: true };
}
