// Arithmetic with Flink's results, as macros of each connection. A value that cannot be computed must be an error and
// not a silent NULL: a cast of the reason to a number fails with that reason in its message.

export const macros = [
  // The row's value takes part, so that the failure cannot be computed ahead of the row.
  `CREATE OR REPLACE TEMP MACRO fail_number(reason, x) AS CAST(concat(reason, left(CAST(x AS VARCHAR), 0)) AS BIGINT)`,
  `CREATE OR REPLACE TEMP MACRO divide_integers(a, b) AS CASE WHEN b = 0 THEN fail_number('division by zero', a) ELSE a // b END`,
  `CREATE OR REPLACE TEMP MACRO remainder(a, b) AS CASE WHEN b = 0 THEN fail_number('division by zero', a) ELSE a % b END`,
  // Whole numbers, rounded half away from zero.
  `CREATE OR REPLACE TEMP MACRO divide_rounded(a, b) AS CASE WHEN b = 0 THEN fail_number('division by zero', a)
     ELSE (2 * a + CASE WHEN (a < 0) = (b < 0) THEN b ELSE -b END) // (2 * b) END`,
  `CREATE OR REPLACE TEMP MACRO floor_to(x, size) AS x - ((x % size) + size) % size`,
];

/** `a / b` for exact decimals, with `scale` digits behind the point. */
export function divideDecimals(a: string, aScale: number, b: string, bScale: number, scale: number): string {
  const shift = scale + bScale - aScale;
  const dividend = shift > 0 ? `${unscaled(a, aScale)} * ${power(shift)}` : unscaled(a, aScale);
  const divisor = shift < 0 ? `${unscaled(b, bScale)} * ${power(-shift)}` : unscaled(b, bScale);
  return scaled(`divide_rounded(${dividend}, ${divisor})`, scale);
}

function unscaled(sql: string, scale: number): string {
  return `CAST(${sql} * ${power(scale)} AS HUGEINT)`;
}
function scaled(sql: string, scale: number): string {
  const whole = `CAST(${sql} AS DECIMAL(38, 0))`;
  return scale === 0
    ? whole
    : `${whole} * CAST('0.${'1'.padStart(scale, '0')}' AS DECIMAL(${scale}, ${scale}))`;
}
function power(digits: number): string {
  return `CAST('1${'0'.repeat(digits)}' AS HUGEINT)`;
}
