// What every format tells the scan: which expressions read a record's fields, and when the record is bad.
import type { SqlType } from '../../analysis/types';

export interface DecodedField {
  name: string;
  type: SqlType;
  notNull: boolean;
}

/** Expressions over a record's bytes, a column of the input table called `source`. None of them ever fails. */
export interface Decoder {
  /** Computed once for each record, for the expressions below. */
  shared: { name: string; sql: string }[];
  /** One for each field, in their order: what is kept of a record, given the shared columns. */
  stored: string[];
  /** One for each field: its value from what was kept, where that takes another, possibly failing step. */
  value: (((stored: string) => string) | undefined)[];
  /** The first condition that holds says why the record is bad. `field(n)` is field n as kept. */
  bad: (field: (index: number) => string) => { when: string; then: string }[];
}
