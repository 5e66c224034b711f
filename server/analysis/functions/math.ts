// Functions on numbers.
import { decimal } from '../typeNames';
import type { SqlType } from '../types';
import { functionTable } from './definition';

const trigonometry = ['SIN', 'COS', 'TAN', 'COT', 'ASIN', 'ACOS', 'ATAN', 'SINH', 'COSH', 'TANH'];

export const mathFunctions = functionTable('math', [
  ['ABS(x N) -> N', 'The number without its sign.', 'ABS(-2) = 2'],
  ['MOD(x N, y N) -> N', 'The remainder of a division.', 'MOD(7, 3) = 1'],
  ['POWER(x DOUBLE, y DOUBLE) -> DOUBLE', 'x to the power of y.', 'POWER(2, 3) = 8.0'],
  ['SQRT(x DOUBLE) -> DOUBLE', 'The square root.', 'SQRT(9) = 3.0'],
  ['EXP(x DOUBLE) -> DOUBLE', 'e to the power of x.', 'EXP(0) = 1.0'],
  ['LN(x DOUBLE) -> DOUBLE', 'The natural logarithm.', 'LN(1) = 0.0'],
  [
    'LOG(x DOUBLE) -> DOUBLE; LOG(base DOUBLE, x DOUBLE) -> DOUBLE',
    'The natural logarithm, or the one to a base.',
    'LOG(2, 8) = 3.0',
  ],
  ['LOG2(x DOUBLE) -> DOUBLE', 'The logarithm to base 2.', 'LOG2(8) = 3.0'],
  ['LOG10(x DOUBLE) -> DOUBLE', 'The logarithm to base 10.', 'LOG10(100) = 2.0'],
  [
    'CEIL(x N) -> N; CEIL(time D, unit UNIT) -> D',
    'The next whole number up, or a time rounded up to a unit.',
    'CEIL(1.2) = 2',
    { resultType: wholePart },
  ],
  [
    'CEILING(x N) -> N; CEILING(time D, unit UNIT) -> D',
    'The next whole number up, or a time rounded up to a unit.',
    'CEILING(1.2) = 2',
    { resultType: wholePart },
  ],
  [
    'FLOOR(x N) -> N; FLOOR(time D, unit UNIT) -> D',
    'The next whole number down, or a time rounded down to a unit.',
    'FLOOR(1.8) = 1',
    { resultType: wholePart },
  ],
  ['ROUND(x N, [digits INT]) -> N', 'Rounded to so many digits behind the point.', 'ROUND(1.255, 2) = 1.26'],
  [
    'TRUNCATE(x N, [digits INT]) -> N',
    'Cut after so many digits behind the point.',
    'TRUNCATE(1.259, 2) = 1.25',
  ],
  ['SIGN(x N) -> N', '-1, 0 or 1.', 'SIGN(-3) = -1'],
  ...trigonometry.map((name): [string, string, string] => [
    `${name}(x DOUBLE) -> DOUBLE`,
    `The ${name.toLowerCase()} of x, in radians.`,
    `${name}(0.5)`,
  ]),
  ['ATAN2(y DOUBLE, x DOUBLE) -> DOUBLE', 'The angle of the point (x, y), in radians.', 'ATAN2(0, 1) = 0.0'],
  ['DEGREES(x DOUBLE) -> DOUBLE', 'Radians as degrees.', 'DEGREES(PI()) = 180.0'],
  ['RADIANS(x DOUBLE) -> DOUBLE', 'Degrees as radians.', 'RADIANS(180)'],
  ['PI() -> DOUBLE', 'The number pi.', 'PI()'],
  ['E() -> DOUBLE', 'The number e.', 'E()'],
  ['BIN(x BIGINT) -> STRING', 'The number in binary.', "BIN(4) = '100'"],
  [
    'HEX(x BIGINT) -> STRING; HEX(text STRING) -> STRING',
    'A number or the bytes of a text in hexadecimal.',
    "HEX(255) = 'FF'",
  ],
  ['UNHEX(text STRING) -> BYTES', 'The bytes of hexadecimal text.', "UNHEX('6162')"],
  ['RAND() -> DOUBLE', 'A random number from 0 to below 1.', 'RAND()', { deterministic: false }],
  [
    'RAND_INTEGER(bound INT) -> INT',
    'A random whole number from 0 to below a bound.',
    'RAND_INTEGER(10)',
    { deterministic: false },
  ],
  ['UUID() -> STRING', 'A new random UUID.', 'UUID()', { deterministic: false }],
]);

/** CEIL and FLOOR of a decimal have no digits behind the point; a time keeps its type. */
function wholePart([type]: SqlType[]): SqlType {
  if (!type) return { kind: 'unknown' };
  return type.kind === 'decimal' ? decimal(type.precision, 0) : type;
}
