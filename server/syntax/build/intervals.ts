// Lengths of time: INTERVAL '5' MINUTE, 5 MINUTES and 5m, as milliseconds or months.
import type { ParserRuleContext } from 'antlr4ng';
import type { Expression, Span } from '../ast';
import type { DurationContext, IntervalLiteralContext } from '../generated/StreamSqlParser';
import { hasPlaceholder } from '../placeholders';
import { syntaxProblem } from '../problemCodes';
import type { Source } from './source';

type Maybe<T> = T | null | undefined;

const unitMs = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
};
const unitMonths = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const shortUnitMs: Record<string, number> = {
  ms: 1,
  s: unitMs.SECOND,
  m: unitMs.MINUTE,
  h: unitMs.HOUR,
  d: unitMs.DAY,
};

type Amount = { ms: number } | { months: number };

/** `INTERVAL '1:30' MINUTE TO SECOND`. A text that is no such interval is a problem; one with a placeholder is left open. */
export function intervalLiteral(
  source: Source,
  context: Maybe<IntervalLiteralContext>,
): Extract<Expression, { kind: 'interval' }> {
  const span = source.span(context);
  const text = source.slice(span);
  const written = source.string(context?.STRING());
  const sign = context?.MINUS() ? -1 : 1;
  const from = unit(context?.timeUnit(0));
  const to = unit(context?.timeUnit(1));
  if (hasPlaceholder(text) || from === '' || written.span.end > span.end)
    return { kind: 'interval', text, span };
  const amount = to === '' ? singleUnit(written.text, from) : compound(written.text, from, to);
  if (!amount) {
    source.problems.push(
      syntaxProblem(
        'badInterval',
        `'${written.text}' is no number of ${from}${to && ` TO ${to}`}.`,
        written.span,
      ),
    );
    return { kind: 'interval', text, span };
  }
  return 'ms' in amount
    ? { kind: 'interval', ms: sign * amount.ms, text, span }
    : { kind: 'interval', months: sign * amount.months, text, span };
}

/** In milliseconds: `5m`, `5 MINUTES`, `INTERVAL '5' MINUTE`. Months have no length in milliseconds and are a problem. */
export function durationMs(source: Source, context: Maybe<DurationContext>): { ms: number; span: Span } {
  const span = source.span(context);
  const interval = context?.intervalLiteral();
  if (interval) return { ms: intervalMs(source, interval), span };
  const written = source.slice(span);
  const match = /^(\d+)\s*([a-z]+)/i.exec(written);
  const short = context?.DURATION() && match ? shortUnitMs[(match[2] ?? '').toLowerCase()] : undefined;
  if (short !== undefined && match) return { ms: Number(match[1]) * short, span };
  const amount = context?.INTEGER()
    ? singleUnit(context.INTEGER()?.getText() ?? '', unit(context.timeUnit()))
    : undefined;
  return { ms: inMs(source, amount, context), span };
}

/** An interval where only a fixed length makes sense: the size of a window, how long a job pauses. */
export function intervalMs(source: Source, context: Maybe<IntervalLiteralContext>): number {
  const interval = intervalLiteral(source, context);
  if (interval.months === undefined) return interval.ms ?? 0;
  return inMs(source, { months: interval.months }, context);
}

function inMs(source: Source, amount: Amount | undefined, context: Maybe<ParserRuleContext>): number {
  if (!amount) return 0;
  if ('ms' in amount) return amount.ms;
  const message =
    'Months and years differ in length and cannot be used here. Use DAY, HOUR, MINUTE or SECOND.';
  source.problems.push(syntaxProblem('badInterval', message, source.span(context)));
  return 0;
}

/** The unit in the singular and upper case; empty where it is missing. */
function unit(context: Maybe<ParserRuleContext>): string {
  const word = context?.getText().toUpperCase() ?? '';
  return word.replace(/S$/, '');
}

function singleUnit(text: string, name: string): Amount | undefined {
  const number = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*$/.test(text) ? Number(text) : undefined;
  if (number === undefined) return undefined;
  if (name in unitMonths) {
    return Number.isInteger(number)
      ? { months: number * unitMonths[name as keyof typeof unitMonths] }
      : undefined;
  }
  return name in unitMs ? { ms: Math.round(number * unitMs[name as keyof typeof unitMs]) } : undefined;
}

/** `1-6` YEAR TO MONTH, `1 12:30:05.5` DAY TO SECOND and every part of it. */
function compound(text: string, from: string, to: string): Amount | undefined {
  const years = /^\s*([+-]?)(\d+)-(\d+)\s*$/.exec(text);
  if (from === 'YEAR' && to === 'MONTH') {
    return years
      ? { months: (years[1] === '-' ? -1 : 1) * (Number(years[2]) * 12 + Number(years[3])) }
      : undefined;
  }
  const units = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
  const names = units.slice(units.indexOf(from), units.indexOf(to) + 1);
  const parts = text
    .trim()
    .replace(/^[+-]/, '')
    .split(/[\s:]+/);
  const wellFormed = /^\s*[+-]?\d+([\s:]\d+)*(\.\d+)?\s*$/.test(text);
  if (!units.includes(from) || names.length < 2 || parts.length !== names.length || !wellFormed)
    return undefined;
  const ms = names.reduce(
    (sum, name, index) => sum + Number(parts[index]) * unitMs[name as keyof typeof unitMs],
    0,
  );
  return { ms: (text.trim().startsWith('-') ? -1 : 1) * Math.round(ms) };
}
