// Calls of scalar functions over bound arguments.
import type { Expression, FunctionCall } from '../../syntax/ast';
import { findFunction, functionNames } from '../functions/functions';
import { windowsNotRun } from '../functions/temporal';
import { matchCall, parameterAt, takesCount } from '../functions/signature';
import type { FunctionDefinition } from '../functions/definition';
import type { Signature } from '../functions/signature';
import type { BoundExpression } from '../plan';
import { didYouMean } from '../suggest';
import { formatType } from '../typeNames';
import { castsImplicitly } from '../typeRules';
import { convert } from './conversions';
import type { Findings } from './findings';

/** Units that time functions take; abbreviations and plurals are not SQL. */
const units = new Set([
  ...[
    'MILLENNIUM',
    'CENTURY',
    'DECADE',
    'YEAR',
    'QUARTER',
    'MONTH',
    'WEEK',
    'DAY',
    'HOUR',
    'MINUTE',
    'SECOND',
  ],
  ...['MILLISECOND', 'MICROSECOND', 'NANOSECOND', 'EPOCH', 'DOW', 'DOY', 'ISODOW', 'ISOYEAR'],
  ...['BOTH', 'LEADING', 'TRAILING'],
]);

/** The function a call names; reports one that does not exist. */
export function findCalled(expression: FunctionCall, findings: Findings): FunctionDefinition | undefined {
  const { name } = expression;
  const definition = findFunction(name.text);
  if (definition)
    findings.uses.push({ kind: 'function', name: definition.name, span: name.span, definition });
  else if (windowsNotRun.has(name.text.toUpperCase())) findings.notRun(`${name.text} is`, name.span);
  else {
    const near = didYouMean(name.text, functionNames(), name.span, (text) => text);
    findings.report('unknownFunction', `There is no function ${name.text}.${near.sentence}`, name.span, {
      fixes: near.fixes,
    });
  }
  return definition;
}

/** The arguments with those that SQL lets out: TRIM(LEADING FROM s) takes blanks, TRIM('x' FROM s) both ends. */
export function fullArguments({ name, arguments: written, span }: FunctionCall): Expression[] {
  const [first, last] = written;
  if (name.text.toUpperCase() !== 'TRIM' || written.length !== 2 || !first || !last) return written;
  const isSide = first.kind === 'string' && /^(both|leading|trailing)$/i.test(first.value);
  const place = { start: first.span.start, end: first.span.start };
  return isSide
    ? [first, { kind: 'string', value: ' ', span: place }, last]
    : [{ kind: 'string', value: 'BOTH', span: { ...span, end: span.start } }, first, last];
}

export function bindScalarCall(
  expression: FunctionCall,
  definition: FunctionDefinition,
  operands: BoundExpression[],
  findings: Findings,
): BoundExpression {
  const { span } = expression;
  const types = operands.map(({ type }) => type);
  const match = matchCall(definition.signatures, types);
  if (!match) {
    reportArguments(expression, definition, operands, findings);
    return { kind: 'call', name: definition.name, type: { kind: 'unknown' }, arguments: operands, span };
  }
  checkUnits(match.signature, operands, definition.name, findings);
  const type = definition.resultType?.(types) ?? match.result;
  const converted = operands.map((operand, i) =>
    convert(operand, match.argumentTypes[i] ?? operand.type, findings),
  );
  return { kind: 'call', name: definition.name, type, arguments: converted, span };
}

function checkUnits(
  signature: Signature,
  operands: BoundExpression[],
  name: string,
  findings: Findings,
): void {
  for (const [i, operand] of operands.entries()) {
    if (parameterAt(signature, i)?.type.kind !== 'unit' || operand.kind !== 'literal') continue;
    const text = String(operand.value).toUpperCase();
    if (units.has(text)) continue;
    const near = didYouMean(text, units, operand.span ?? { start: 0, end: 0 }, (unit) => unit);
    findings.report(
      'wrongArguments',
      `${name} does not know the unit ${text}.${near.sentence}`,
      operand.span ?? { start: 0, end: 0 },
      {
        fixes: near.fixes,
      },
    );
  }
}

function reportArguments(
  expression: FunctionCall,
  definition: FunctionDefinition,
  operands: BoundExpression[],
  findings: Findings,
): void {
  const usage = definition.signatures
    .slice(0, 3)
    .map(({ text }) => text.replace(/ -> .*/, ''))
    .join(' or ');
  if (!takesCount(definition.signatures, operands.length)) {
    const given = operands.length === 1 ? '1 argument' : `${operands.length} arguments`;
    findings.report(
      'wrongArguments',
      `${definition.name} does not take ${given}: ${usage}.`,
      expression.span,
    );
    return;
  }
  const [signature, ...others] = definition.signatures.filter((one) => takesCount([one], operands.length));
  const wrong =
    signature && others.length === 0 ? operands.findIndex((operand, i) => !takes(signature, operand, i)) : -1;
  const operand = operands[wrong];
  const parameter = signature && parameterAt(signature, wrong);
  const types = operands.map(({ type }) => formatType(type)).join(', ');
  findings.report(
    'wrongArguments',
    operand && parameter
      ? `${definition.name} takes ${typeWords(parameter.typeText)} for ${parameter.name}, and this is ${formatType(operand.type)}.`
      : `${definition.name} does not take (${types}): ${usage}.`,
    operand?.span ?? expression.span,
  );
}

function takes(signature: Signature, operand: BoundExpression, index: number): boolean {
  const pattern = parameterAt(signature, index)?.type;
  if (pattern?.kind === 'type') return castsImplicitly(operand.type, pattern.type);
  if (!pattern) return false;
  const one: Signature = {
    text: '',
    parameters: [{ name: '', typeText: '', type: pattern, optional: false, repeated: false }],
    result: { kind: 'any' },
  };
  return matchCall([one], [operand.type]) !== undefined;
}

function typeWords(written: string): string {
  if (written === 'N') return 'a number';
  if (written === 'D') return 'a date or timestamp';
  if (written === 'UNIT') return 'a time unit';
  if (written.startsWith('ARRAY')) return 'an array';
  if (written.startsWith('MAP')) return 'a map';
  return written;
}
