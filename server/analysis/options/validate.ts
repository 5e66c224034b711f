// Checks WITH clauses and SET against the option tables.
import type { Name, Option } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import type { Span } from '../../protocol/errors';
import type { Problem } from '../../syntax/problem';
import { problem } from '../problemCodes';
import { didYouMean } from '../suggest';
import { connectors, findConnector } from './connectors';
import type { ConnectorDefinition } from './connectors';
import { findFormat, formats } from './formats';
import { flinkSettings, jobOptions, settingOptions } from './jobs';
import { findOption } from './table';
import type { OptionDefinition, OptionTable } from './table';

const formatKeys = new Set(['format', 'value.format', 'key.format']);

/** The options of a WITH clause as a record; the last of two equal keys counts. */
export function optionRecord(options: Option[]): Record<string, string> {
  return Object.fromEntries(options.map(({ key, value }) => [key.text, value.text]));
}

/** Problems of a table's WITH clause. `span` is where a missing option is reported: the table's name. */
export function checkTableOptions(options: Option[], span: Span): Problem[] {
  const problems = duplicates(options);
  const named = options.find(({ key }) => key.text === 'connector');
  if (!named) {
    const near = options.map(({ key }) => ({
      key,
      near: didYouMean(key.text, ['connector'], key.span, bare),
    }));
    const misspelt = near.find((entry) => entry.near.fixes.length > 0);
    problems.push(
      misspelt
        ? unknownOption(misspelt.key, ['connector'], 'a table')
        : problem(
            'missingOption',
            `The table needs a connector: WITH ('connector' = '${names(connectors)[0] ?? ''}', ...).`,
            span,
          ),
    );
    return problems;
  }
  const connector = findConnector(named.value.text);
  if (!connector) {
    if (!hasPlaceholder(named.value.text)) problems.push(unknownName('connector', named, names(connectors)));
    return problems;
  }
  const others = options.filter((option) => option !== named);
  problems.push(...checkFormats(connector, others));
  const table = tableOptions(connector, optionRecord(options));
  const wrong = checkOptions(
    others.filter(({ key }) => connector.format === 'none' || !formatKeys.has(key.text)),
    table,
    `The ${connector.name} connector`,
  );
  const meant = new Set(wrong.flatMap(({ fixes }) => fixes.map(({ text }) => text.replaceAll("'", ''))));
  problems.push(...wrong, ...missing(connector, options, meant, named.span));
  problems.push(...secrets(others));
  return problems;
}

/** Every option that a table of this connector may have, with those of its format. */
export function tableOptions(connector: ConnectorDefinition, options: Record<string, string>): OptionTable {
  const table: OptionTable = { ...connector.options };
  if (connector.format === 'none') return table;
  for (const [prefix, key] of [
    ['', 'format'],
    ['value.', 'value.format'],
    ['', 'value.format'],
    ['key.', 'key.format'],
  ] as const) {
    const format = findFormat(options[key] ?? '');
    for (const [name, definition] of Object.entries(format?.options ?? {}))
      table[`${prefix}${name}`] = definition;
  }
  return table;
}

/** Problems of START JOB ... WITH, and of DEPLOY JOB ... WITH with its own table. */
export function checkJobOptions(options: Option[], table: OptionTable = jobOptions): Problem[] {
  return [...duplicates(options), ...checkOptions(options, table, 'A job')];
}

/** Problems of SET 'key' = 'value'. Without a value, of RESET 'key'. */
export function checkSetting(key: Name, value?: Option['value']): Problem[] {
  const definition = findOption(settingOptions, key.text);
  if (definition) return value === undefined ? [] : checkValue(key.text, definition, value.text, value.span);
  if (
    flinkSettings.test(key.text) &&
    didYouMean(key.text, Object.keys(settingOptions), key.span).fixes.length === 0
  )
    return [
      problem(
        'unusedOption',
        `${key.text} is a setting of Flink; it has no effect on the local engine.`,
        key.span,
        {
          severity: 'info',
        },
      ),
    ];
  return [unknownOption(key, Object.keys(settingOptions), 'SET')];
}

function checkOptions(options: Option[], table: OptionTable, owner: string): Problem[] {
  return options.flatMap(({ key, value }) => {
    const definition = findOption(table, key.text);
    if (definition) return checkValue(key.text, definition, value.text, value.span);
    return hasPlaceholder(key.text) ? [] : [unknownOption(key, Object.keys(table), owner)];
  });
}

function checkValue(key: string, definition: OptionDefinition, value: string, span: Span): Problem[] {
  if (hasPlaceholder(value) || definition.kind.parse(value) !== undefined) return [];
  const near = didYouMean(value, definition.kind.values ?? [], span, (text) => `'${text}'`);
  return [
    problem(
      'badOptionValue',
      `'${key}' takes ${definition.kind.expects}, not '${value}'.${near.sentence}`,
      span,
      {
        fixes: near.fixes,
      },
    ),
  ];
}

function unknownOption(key: Name, known: string[], owner: string): Problem {
  const near = didYouMean(key.text, ownNames(key.text, known), key.span, (text) => `'${text}'`);
  const others = owner === 'SET' ? `There are ${known.join(', ')}.` : `${owner} has no such option.`;
  const what = owner === 'SET' ? 'setting' : 'option';
  const message = `Unknown ${what} ${key.text}.${near.sentence || ` ${others}`}`;
  return problem('unknownOption', message, key.span, { fixes: near.fixes });
}

/** Patterns with their `*` filled in from the key: `fields.id.knd` is compared with `fields.id.kind`. */
function ownNames(key: string, known: string[]): string[] {
  const [, middle] = key.split('.');
  return known.map((name) =>
    middle !== undefined && name.includes('.*.') ? name.replace('*', middle) : name,
  );
}

function checkFormats(connector: ConnectorDefinition, options: Option[]): Problem[] {
  if (connector.format === 'none') return [];
  return options
    .filter(({ key }) => formatKeys.has(key.text))
    .filter(({ value }) => findFormat(value.text) === undefined && !hasPlaceholder(value.text))
    .map((option) => unknownName('format', option, names(formats)));
}

function unknownName(what: string, option: Option, known: string[]): Problem {
  const near = didYouMean(option.value.text, known, option.value.span, (text) => `'${text}'`);
  const others = near.sentence || ` There are ${known.join(', ')}.`;
  return problem(
    'unknownConnector',
    `There is no ${what} ${option.value.text}.${others}`,
    option.value.span,
    {
      fixes: near.fixes,
    },
  );
}

/** Options that are not there; those a misspelt one was `meant` to be are not reported again. */
function missing(
  connector: ConnectorDefinition,
  options: Option[],
  meant: Set<string>,
  span: Span,
): Problem[] {
  const has = (key: string) => meant.has(key) || options.some((option) => option.key.text === key);
  const groups = [
    ...Object.entries(connector.options)
      .filter(([, definition]) => definition.required)
      .map(([key]) => [key]),
    ...(connector.oneOfEach ?? []),
    ...(connector.format === 'required' ? [['format', 'value.format']] : []),
  ];
  const wanted = new Map(groups.map((group) => [group[0], group]));
  return [...wanted.values()]
    .filter((group) => !group.some(has))
    .map((group) =>
      problem(
        'missingOption',
        `The ${connector.name} connector needs ${group.map((key) => `'${key}'`).join(' or ')}.`,
        span,
      ),
    );
}

function duplicates(options: Option[]): Problem[] {
  const seen = new Set<string>();
  return options.flatMap(({ key }) => {
    const again = seen.has(key.text);
    seen.add(key.text);
    return again ? [problem('duplicateOption', `The option ${key.text} is given twice.`, key.span)] : [];
  });
}

function secrets(options: Option[]): Problem[] {
  return options
    .filter(({ key }) => /^properties\..*(password|jaas|secret|token)/i.test(key.text))
    .map(({ key, value }) =>
      problem(
        'badOptionValue',
        `${key.text} holds a secret, which does not belong in SQL. Name a connection instead: 'connection' = '...'.`,
        value.span,
      ),
    );
}

function names(definitions: readonly { name: string }[]): string[] {
  return definitions.map(({ name }) => name);
}
function bare(text: string): string {
  return `'${text}'`;
}
