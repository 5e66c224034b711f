// The documentation of a completion item, made when the item is looked at.
import { MarkupKind, type CompletionItem } from 'vscode-languageserver-types';
import type { Relation } from '../../analysis/catalog';
import { functionMarkdown, jobMarkdown, keywordText, relationMarkdown, type Topic } from '../documentation';
import type { KnownJobs } from '../liveJobs/knownJobs';

/** @param relations every table and view known anywhere: an item does not say which file it came from */
export function resolveCompletion(
  item: CompletionItem,
  relations: Iterable<Relation>,
  jobs: KnownJobs | undefined,
): CompletionItem {
  const topic = item.data as Topic | undefined;
  const text = topic && documentationOf(topic, relations, jobs);
  return text === undefined ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value: text } };
}

function documentationOf(
  topic: Topic,
  relations: Iterable<Relation>,
  jobs: KnownJobs | undefined,
): string | undefined {
  switch (topic.about) {
    case 'job':
      return jobMarkdown(topic.name, jobs);
    case 'table': {
      for (const relation of relations) if (relation.name === topic.name) return relationMarkdown(relation);
      return undefined;
    }
    case 'function':
      return functionMarkdown(topic.name);
    case 'keyword':
      return keywordText(topic.word);
    case 'text':
      return topic.text;
  }
}
