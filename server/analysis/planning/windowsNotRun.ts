// Windows of the language that the local engine does not run: refused by name, and HOP with how its arguments were read.
import type { Span } from '../../protocol/errors';
import type { Expression, WindowClause } from '../../syntax/ast';
import type { Findings } from '../binding/findings';
import { durationText } from '../expressionText';

/** Dialects give the two lengths of a hop in different orders: Flink the step first, the WINDOW clause the size. */
interface Hop {
  stepMs: number | undefined;
  sizeMs: number | undefined;
}

/** `sizes`: the lengths of Flink's HOP in milliseconds, in the order written. */
export function windowNotRun(
  name: string,
  sizes: readonly (number | undefined)[],
  span: Span,
  findings: Findings,
): void {
  const [stepMs, sizeMs] = sizes;
  findings.notRun(`${name} windows are`, span, name === 'HOP' ? readAs({ stepMs, sizeMs }) : '');
}

/** WINDOW SLIDING(10m, 5m), HOPPING (SIZE 10 MINUTES, ADVANCE BY 5 MINUTES), SESSION(5m) */
export function clauseNotRun({ type, sizes, span }: WindowClause, findings: Findings): void {
  if (type === 'session') {
    findings.notRun('SESSION windows are', span);
    return;
  }
  const named = (name: 'size' | 'advance') => sizes.find((each) => each.name === name);
  const [first, second] = sizes.filter(({ name }) => name === undefined);
  const size = named('size') ?? first;
  const step = named('advance') ?? (named('size') ? first : second);
  findings.notRun('HOP windows are', span, readAs({ stepMs: step?.ms, sizeMs: size?.ms }));
}

export function intervalOf(expression: Expression | undefined): number | undefined {
  return expression?.kind === 'interval' ? expression.ms : undefined;
}

function readAs({ stepMs, sizeMs }: Hop): string {
  if (stepMs === undefined || sizeMs === undefined) return '';
  return ` This was read as windows of ${durationText(sizeMs)}, one every ${durationText(stepMs)}.`;
}
