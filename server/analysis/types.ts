// SQL types as Flink names them, and how they are written.

export type SqlType =
  | { kind: 'boolean' | 'tinyint' | 'smallint' | 'int' | 'bigint' | 'float' | 'double' }
  | { kind: 'decimal'; precision: number; scale: number }
  /** STRING, VARCHAR(n), CHAR(n): lengths are not enforced. */
  | { kind: 'string' }
  | { kind: 'bytes' }
  | { kind: 'date' | 'time' }
  /** `local`: TIMESTAMP_LTZ, a moment; else a wall-clock time. Precision is digits of a second, 0 to 9. */
  | { kind: 'timestamp'; precision: number; local: boolean }
  | { kind: 'interval'; unit: 'ms' | 'months' }
  | { kind: 'array'; element: SqlType }
  | { kind: 'map'; key: SqlType; value: SqlType }
  | { kind: 'row'; fields: { name: string; type: SqlType }[] }
  | { kind: 'null' }
  /** Follows an error that was already reported, or a result no rule knows: compatible with everything. */
  | { kind: 'unknown' };
