// Writes whole records of a datagen table: one JSON object of its physical columns each.
import type { TableDefinition } from '../../analysis/catalog';
import type { ByteWriter } from './byteWriter';
import { FieldOptions } from './fieldOptions';
import { makeField } from './fields';
import type { Field } from './fields';

export interface RowWriter {
  write(out: ByteWriter, record: number, appearedAt: number): void;
  /** The most records there are, by the shortest sequence; Infinity without one. */
  rows: number;
}

/** Throws BAD_OPTION where a field's options do not fit its type. */
export function makeRowWriter(table: TableDefinition, seed: number): RowWriter {
  const columns: { prefix: Buffer; field: Field }[] = [];
  let bytesMax = 2;
  for (const column of table.columns) {
    if (column.kind !== 'physical') continue;
    const prefix = Buffer.from(`${columns.length === 0 ? '{' : ','}${JSON.stringify(column.name)}:`);
    const field = makeField(new FieldOptions(table.options, column.name), column.type, seed);
    columns.push({ prefix, field });
    bytesMax += prefix.length + field.bytesMax;
  }
  return {
    rows: Math.min(Infinity, ...columns.map(({ field }) => field.rows)),
    write(out, record, appearedAt) {
      out.reserve(bytesMax);
      if (columns.length === 0) out.byte(0x7b);
      for (const { prefix, field } of columns) {
        out.bytes(prefix);
        field.write(out, record, appearedAt);
      }
      out.byte(0x7d);
    },
  };
}
