// What a snippet or a sample writes is valid Stream SQL.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import snippets from '../../../client/language/snippets.json';
import { parseTokens, tokenize } from '../../../server/syntax/parse';
import { splitStatements } from '../../../server/syntax/split';

const samples = ['datagen/jobs.ssql', 'datagen/pause-resume.ssql', 'kafka/jobs.ssql'];

it.each(Object.entries(snippets))('snippet %s', (_, { body }) => {
  expect(wrongStatements(fill(body.join('\n')))).toEqual([]);
});

it.each(samples)('sample %s', (name) => {
  expect(wrongStatements(readFileSync(`client/samples/${name}`, 'utf8'))).toEqual([]);
});

function wrongStatements(text: string): string[] {
  const statements = splitStatements(text).map(({ start, end }) => text.slice(start, end));
  expect(statements).not.toEqual([]);
  return statements.filter((statement) => parseTokens(tokenize(statement)).error !== undefined);
}

/** The text a snippet gives when all its places are left as proposed. */
function fill(body: string): string {
  const proposed = new Map<string, string>();
  const places = /\$\{(\d+):([^}]*)\}|\$\{(\d+)\|([^,|]*)[^|]*\|\}/g;
  const text = body.replace(places, (_, name?: string, value?: string, choice?: string, first?: string) => {
    const filled = (value ?? first ?? '').replace(
      /\$(\d+)/g,
      (__, other: string) => proposed.get(other) ?? '',
    );
    proposed.set(name ?? choice ?? '', filled);
    return filled;
  });
  return text.replace(/\$(\d+)/g, (_, name: string) => proposed.get(name) ?? '');
}
