// Option keys and values for a WITH clause or SET: those of the chosen connector and format, without those given.
import { CompletionItemKind } from 'vscode-languageserver-types';
import { connectors, findConnector, type ConnectorDefinition } from '../../analysis/options/connectors';
import { formats } from '../../analysis/options/formats';
import { deployOptions, jobOptions, settingOptions } from '../../analysis/options/jobs';
import { findOption, type OptionDefinition, type OptionTable } from '../../analysis/options/table';
import { tableOptions } from '../../analysis/options/validate';
import { rank, type Candidate } from './candidate';

/** What a WITH clause or SET configures, with the options written so far. */
export type OptionOwner =
  | { kind: 'table'; given: Record<string, string>; columns: string[] }
  | { kind: 'job' | 'deployedJob'; given: Record<string, string> }
  /** CREATE ... AS: a sink table and a job. */
  | { kind: 'tableAndJob'; given: Record<string, string>; columns: string[] }
  | { kind: 'setting' };

/** Keys not given yet. Labels are bare; the caller writes the quotes. */
export function optionKeyCandidates(owner: OptionOwner): Candidate[] {
  const given = owner.kind === 'setting' ? {} : owner.given;
  const table = tableOf(owner);
  const candidates = Object.entries(table)
    .flatMap(([key, definition]) => keysOf(key, owner).map((own) => keyCandidate(own, definition)))
    .filter(({ label }) => !Object.hasOwn(given, label));
  if (owner.kind === 'table' || owner.kind === 'tableAndJob') {
    if (!Object.hasOwn(given, 'connector')) candidates.push(connectorKey);
  }
  return candidates;
}

/** Values that the option may take; empty where any text may stand. */
export function optionValueCandidates(owner: OptionOwner, key: string): Candidate[] {
  if (owner.kind === 'table' || owner.kind === 'tableAndJob') {
    if (key === 'connector') return connectors.map(connectorCandidate);
    if (key === 'format' || key === 'value.format' || key === 'key.format') {
      return formats.map((format) => valueCandidate(format.name, format.documentation));
    }
  }
  const definition = findOption(tableOf(owner), key);
  return (definition?.kind.values ?? []).map((value) =>
    valueCandidate(value, value === definition?.default ? 'default' : undefined),
  );
}

/** The definition behind a key, for hover. */
export function optionOf(owner: OptionOwner, key: string): OptionDefinition | undefined {
  return findOption(tableOf(owner), key);
}

const connectorKey: Candidate = {
  label: 'connector',
  kind: CompletionItemKind.Property,
  rank: rank.best,
  detail: connectors.map(({ name }) => name).join(', '),
};

function tableOf(owner: OptionOwner): OptionTable {
  if (owner.kind === 'setting') return settingOptions;
  if (owner.kind === 'job') return jobOptions;
  if (owner.kind === 'deployedJob') return deployOptions;
  const connector = findConnector(owner.given.connector ?? '');
  const own = connector === undefined ? {} : tableOptions(connector, owner.given);
  return owner.kind === 'tableAndJob' ? { ...own, ...jobOptions } : own;
}

/** A pattern such as `fields.*.min` stands for one key of each column; `properties.*` for no particular one. */
function keysOf(key: string, owner: OptionOwner): string[] {
  if (!key.includes('*')) return [key];
  if (!key.startsWith('fields.') || !('columns' in owner)) return [];
  return owner.columns.map((column) => key.replace('*', column));
}

function keyCandidate(key: string, definition: OptionDefinition): Candidate {
  const byDefault = definition.default === undefined ? '' : `, by default ${definition.default}`;
  const generated = key.startsWith('fields.');
  return {
    label: key,
    kind: CompletionItemKind.Property,
    rank: definition.required ? rank.best : generated ? rank.unlikely : rank.option,
    detail: definition.required ? 'required' : `${definition.kind.expects}${byDefault}`,
    topic: { about: 'text', text: definition.documentation },
  };
}

function connectorCandidate(connector: ConnectorDefinition): Candidate {
  const ways = [connector.source ? 'source' : '', connector.sink ? 'sink' : ''].filter((way) => way !== '');
  return { ...valueCandidate(connector.name, connector.documentation), detail: ways.join(' and ') };
}

function valueCandidate(value: string, documentation: string | undefined): Candidate {
  return {
    label: value,
    kind: CompletionItemKind.EnumMember,
    rank: rank.option,
    ...(documentation === undefined ? {} : { topic: { about: 'text', text: documentation } }),
  };
}
