// What is said about a thing, as Markdown: the same text in hover and in completion's documentation.
import { formatType } from '../analysis/typeNames';
import type { Relation } from '../analysis/catalog';
import { findFunction } from '../analysis/functions/functions';
import { codeBlock, escapeMarkdown } from '../protocol/markdown';
import { keywordDoc, keywordMarkdown } from './keywordDocs';
import { liveText, sinceText } from './liveJobs/jobWords';
import type { KnownJobs } from './liveJobs/knownJobs';

/** What a completion item or a name under the mouse is about. Plain data: it travels with completion items. */
export type Topic =
  | { about: 'job'; name: string }
  | { about: 'table'; name: string }
  | { about: 'function'; name: string }
  | { about: 'keyword'; word: string }
  | { about: 'text'; text: string };

/** Columns of a table shown at most. */
const columnsMax = 40;

export function jobMarkdown(name: string, jobs: KnownJobs | undefined): string | undefined {
  const job = jobs?.byName.get(name);
  if (job === undefined || jobs === undefined) return undefined;
  return `**${escapeMarkdown(name)}** — job\n\n${escapeMarkdown(liveText(job, jobs))}\n\n${escapeMarkdown(`${job.state} ${sinceText(job, jobs)}`)}`;
}

export function relationMarkdown(relation: Relation): string {
  const what = relation.kind === 'view' ? 'view' : relation.word.toLowerCase();
  const connector = relation.kind === 'table' ? ` (${escapeMarkdown(relation.connector)})` : '';
  const columns = relation.columns.map(({ name, type }) => `${name} ${formatType(type)}`);
  const shown = columns.slice(0, columnsMax);
  if (columns.length > columnsMax) shown.push(`-- and ${columns.length - columnsMax} more`);
  return `**${escapeMarkdown(relation.name)}** — ${what}${connector}\n${codeBlock('streamsql', shown.join('\n'))}`;
}

/** Signatures, what it gives, an example. */
export function functionMarkdown(name: string): string | undefined {
  const definition = findFunction(name);
  if (definition === undefined) return undefined;
  const signatures = definition.signatures.map(({ text }) => text).join('\n');
  const lines = [
    codeBlock('streamsql', signatures === '' ? `${definition.name}(...)` : signatures),
    definition.documentation,
  ];
  if (definition.example !== undefined) lines.push('', `Example: \`${definition.example}\``);
  if (definition.notRun === true) lines.push('', 'Runs on Flink only.');
  return lines.join('\n');
}

export function keywordText(word: string, following?: string, preceding?: string): string | undefined {
  const doc = keywordDoc(word, following, preceding);
  return doc && keywordMarkdown(doc);
}
