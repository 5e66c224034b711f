// Reads the options of one datagen field, `fields.<name>.*`.
import { datagenOptions } from '../../analysis/options/datagen';
import { readOption } from '../../analysis/options/table';
import type { OptionValues } from '../../analysis/options/table';
import { StreamJobsError } from '../../protocol/errors';

type FieldKey =
  Extract<keyof typeof datagenOptions, `fields.${string}`> extends `fields.*.${infer K}` ? K : never;
type FieldValue<K extends FieldKey> = OptionValues<typeof datagenOptions>[`fields.*.${K}`];

export class FieldOptions {
  constructor(
    private readonly options: Record<string, string>,
    readonly name: string,
  ) {}

  /** An option's value or default. Throws BAD_OPTION. */
  value<K extends FieldKey>(key: K): FieldValue<K> {
    const written = `fields.${this.name}.${key}`;
    return readOption<unknown>(
      written,
      datagenOptions[`fields.*.${key}`],
      this.options[written],
    ) as FieldValue<K>;
  }

  /** Whether the option is written. */
  has(key: FieldKey): boolean {
    return this.options[`fields.${this.name}.${key}`] !== undefined;
  }

  /** A number option, `otherwise` when absent. Throws BAD_OPTION. */
  number(key: 'min' | 'max' | 'start' | 'end', otherwise: number): number {
    const written = this.value(key);
    if (written === undefined) return otherwise;
    const value = Number(written);
    if (written.trim() === '' || !Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
      throw this.bad(key, `takes a number within ±2^53, not '${written}'`);
    return value;
  }

  /** The BAD_OPTION error for one of this field's options. */
  bad(key: FieldKey, what: string): StreamJobsError {
    const hint = datagenOptions[`fields.*.${key}`].documentation;
    return new StreamJobsError('BAD_OPTION', `'fields.${this.name}.${key}' ${what}.`, { hint });
  }

  /** The options of a part of this field: a field of a row, the elements of an array. */
  nested(name: string): FieldOptions {
    return new FieldOptions(this.options, `${this.name}.${name}`);
  }
}
