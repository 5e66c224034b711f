// What may stand in quotes: option keys and values, settings, metadata keys, versions. Other strings take no
// completion.
import { CompletionItemKind } from 'vscode-languageserver-types';
import { findConnector } from '../../analysis/options/connectors';
import { formatType } from '../../analysis/typeNames';
import { rank, type Candidate } from './candidate';
import { optionKeyCandidates, optionValueCandidates, type OptionOwner } from './optionCandidates';
import type { KnownJobs } from '../liveJobs/knownJobs';
import { nameOf, wordsBefore, type Place } from './place';
import { versionCandidates } from './versionCandidates';

export function stringCandidates(place: Place, jobs: KnownJobs | undefined): Candidate[] {
  const { names } = place.expected;
  if (names.includes('optionKey') || names.includes('settingKey')) {
    return optionKeyCandidates(optionOwner(place)).map((candidate) => keyWithValue(candidate, place));
  }
  if (names.includes('optionValue') || names.includes('settingValue')) {
    const key = place.before.at(-2);
    return key === undefined
      ? []
      : optionValueCandidates(optionOwner(place), unquoted(key.text)).map(inQuotes);
  }
  const before = wordsBefore(place).slice(-2).join(' ');
  if (before === 'METADATA FROM') return metadataCandidates(place);
  return versionCandidates(place, jobs).map(inQuotes);
}

/** What the WITH clause or SET at this place configures. */
export function optionOwner(place: Place): OptionOwner {
  const words = wordsBefore(place);
  if (words[0] === 'SET' || words[0] === 'RESET') return { kind: 'setting' };
  const given = givenOptions(place);
  if (words[0] === 'DEPLOY') return { kind: 'deployedJob', given };
  if (words[0] !== 'CREATE') return { kind: 'job', given };
  const columns = columnsOf(place);
  return { kind: isAsQuery(words) ? 'tableAndJob' : 'table', given, columns };
}

/** CREATE TABLE s AS SELECT: no parenthesis between the name and AS, other than that of WITH. */
function isAsQuery(words: string[]): boolean {
  const as = words.indexOf('AS');
  const parenthesis = words.indexOf('(');
  return (as >= 0 && (parenthesis < 0 || as < parenthesis)) || words[parenthesis - 1] === 'WITH';
}

/** Every `'key' = 'value'` of the statement but the one being typed. */
function givenOptions({ tokens, current }: Place): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [i, token] of tokens.entries()) {
    const value = tokens[i + 2];
    if (token.kind !== 'string' || tokens[i + 1]?.text !== '=' || value?.kind !== 'string') continue;
    if (token !== current) given[unquoted(token.text)] = unquoted(value.text);
  }
  return given;
}

/** Names of the columns in the parentheses of CREATE TABLE, before the cursor. */
function columnsOf({ before }: Place): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [i, token] of before.entries()) {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (token.text.toUpperCase() === 'WITH' && depth === 0) break;
    const starts = before[i - 1]?.text === '(' || before[i - 1]?.text === ',';
    if (depth === 1 && starts && !notColumns.has(token.text.toUpperCase())) names.push(nameOf(token));
  }
  return names;
}

const notColumns = new Set(['WATERMARK', 'PRIMARY', 'CONSTRAINT']);

function metadataCandidates(place: Place): Candidate[] {
  const connector = findConnector(givenOptions(place).connector ?? '');
  return (connector?.metadata ?? []).map(({ key, type, documentation }) =>
    inQuotes({
      label: key,
      kind: CompletionItemKind.Field,
      rank: rank.best,
      detail: formatType(type),
      topic: { about: 'text', text: documentation },
    }),
  );
}

/** A key with its value's quotes ready, unless an `=` is there already. */
function keyWithValue(candidate: Candidate, { tokens, current, offset }: Place): Candidate {
  const next = tokens.find(({ start }) => start >= (current?.end ?? offset));
  const quoted = inQuotes(candidate);
  if (next?.text === '=') return quoted;
  const key = (quoted.insert ?? '').replace(/[\\$}]/g, '\\$&');
  return { ...quoted, insert: `${key} = '$1'`, snippet: true, filter: quoted.insert ?? '' };
}

function inQuotes(candidate: Candidate): Candidate {
  return { ...candidate, insert: `'${candidate.label.replaceAll("'", "''")}'` };
}

function unquoted(text: string): string {
  return text.slice(1, text.length > 1 && text.endsWith("'") ? -1 : undefined).replaceAll("''", "'");
}
