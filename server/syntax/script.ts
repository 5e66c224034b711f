// A document's text -> its statements with trees and problems. A statement's identity is its text: equal text, equal tree, so an edit
// parses one statement.
import type { Statement } from './ast';
import { buildStatement } from './build/statements';
import { RecentlyUsed } from './cache';
import { syntaxErrorProblem } from './messages/messages';
import { limitProblem } from './limits';
import { parseTokens, tokenize } from './parse';
import { secretPlaceholder } from './placeholders';
import type { Problem } from './problem';
import { syntaxProblem } from './problemCodes';
import { splitStatements, type StatementRange } from './split';

/** What parsing a statement's text gave. Shared between equal statements: not to be changed. Offsets are relative to the text. */
export interface ParsedText {
  text: string;
  /** As much of the tree as could be read; undefined where not even the kind of statement is clear. */
  statement?: Statement;
  /** The tree comes from a statement with a syntax error: parts may be missing or empty. Never run it. */
  partial: boolean;
  /** Its syntax errors: the first one the parser met, and wrong literals. */
  problems: readonly Problem[];
}

/** A statement where it stands: `start`, `end`, `region` are offsets in the document. */
export interface ParsedStatement extends ParsedText, StatementRange {}

/** Statements whose trees are kept; a statement of usual size takes some 10 kB. */
const cachedStatementsMax = 5000;
/** A longer text is parsed each time: keeping it is not worth its memory. */
const cachedTextMax = 100_000;
const cache = new RecentlyUsed<string, ParsedText>(cachedStatementsMax);

/** Parses a document. Never throws: what is wrong is in the problems. */
export function parseScript(text: string): ParsedStatement[] {
  return splitStatements(text).map((range) => ({
    ...parseStatement(text.slice(range.start, range.end)),
    ...range,
  }));
}

/** Parses the text of one statement. Never throws. */
export function parseStatement(text: string): ParsedText {
  return text.length > cachedTextMax ? parseAnew(text) : cache.get(text, () => parseAnew(text));
}

/** The same, past the cache. */
export function parseAnew(text: string): ParsedText {
  const tokens = tokenize(text);
  const tooDeep = limitProblem(tokens);
  if (tooDeep) return { text, partial: true, problems: [tooDeep] };
  const { tree, error } = parseTokens(tokens);
  const { statement, problems } = buildStatement(text, tree);
  const found = error ? [syntaxErrorProblem(text, tokens, error)] : [...problems, ...secretProblems(text)];
  return { text, ...(statement ? { statement } : {}), partial: found.length > 0, problems: found };
}

/** A placeholder for a secret: its value would be in the plan, in errors, in what a job keeps. */
export function secretProblems(text: string): Problem[] {
  const found = secretPlaceholder(text);
  if (!found) return [];
  const message = `\${${found.name}} stands for a secret, which does not belong in a statement: keep it in a named connection ('connection' = 'name').`;
  return [syntaxProblem('secret', message, found.span)];
}
