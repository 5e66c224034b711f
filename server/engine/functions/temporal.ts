// Functions on dates and times. The session's time zone is UTC; `now` is the moment the batch began.
import { NotSupported } from './functions';
import type { CallContext, Mapping, MappingTable } from './functions';
import { dateFormat } from './dateFormat';
import { quote } from '../sqlText';

/** The batch's moment, a session variable in epoch milliseconds. */
export const nowVariable = 'now_ms';
const now = `make_timestamp_ms(getvariable('${nowVariable}'))`;
const part =
  (name: string): Mapping =>
  ([a]) =>
    `${name}(${a})`;

export const temporal: MappingTable = {
  CURRENT_DATE: () => `CAST(${now} AS DATE)`,
  CURRENT_TIME: () => `CAST(${now} AS TIME)`,
  LOCALTIME: () => `CAST(${now} AS TIME)`,
  CURRENT_TIMESTAMP: () => now,
  CURRENT_ROW_TIMESTAMP: () => now,
  NOW: () => now,
  LOCALTIMESTAMP: () => now,
  PROCTIME: () => now,
  UNIX_TIMESTAMP: (args, call) => {
    if (args.length === 0) return `getvariable('${nowVariable}') // 1000`;
    return `epoch_ms(${parsed(args, call, 'yyyy-MM-dd HH:mm:ss')}) // 1000`;
  },
  EXTRACT: ([, a = ''], call) => extract(unitOf(call, 0), a),
  YEAR: part('year'),
  QUARTER: part('quarter'),
  MONTH: part('month'),
  WEEK: part('weekofyear'),
  DAYOFYEAR: part('dayofyear'),
  DAYOFMONTH: part('dayofmonth'),
  DAYOFWEEK: ([a]) => `dayofweek(${a}) + 1`,
  HOUR: part('hour'),
  MINUTE: part('minute'),
  SECOND: part('second'),
  TIMESTAMPADD: ([, count, a], call) => `${a} + ${count} * INTERVAL ${quote(`1 ${unitOf(call, 0)}`)}`,
  // Whole units between, not boundaries crossed.
  TIMESTAMPDIFF: ([, from, to], call) =>
    `date_sub(${quote(unitOf(call, 0))}, CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP))`,
  DATE_FORMAT: ([a], call) => {
    const time = call.argumentTypes[0]?.kind === 'string' ? `CAST(${a} AS TIMESTAMP)` : a;
    return `strftime(${time}, ${pattern(call, 1)})`;
  },
  FROM_UNIXTIME: ([seconds], call) =>
    `strftime(make_timestamp_ms(${seconds} * 1000), ${pattern(call, 1, 'yyyy-MM-dd HH:mm:ss')})`,
  // NULL for a text that is none, as in Flink.
  TO_DATE: (args, call) =>
    args.length === 1 ? `TRY_CAST(${args.join('')} AS DATE)` : parsed(args, call, 'yyyy-MM-dd'),
  TO_TIMESTAMP: (args, call) =>
    args.length === 1 ? `TRY_CAST(${args.join('')} AS TIMESTAMP)` : parsed(args, call, 'yyyy-MM-dd HH:mm:ss'),
  TO_TIMESTAMP_LTZ: ([number, precision]) =>
    precision === undefined
      ? `make_timestamp_ms(${number})`
      : `make_timestamp(${number} * CASE ${precision} WHEN 0 THEN 1000000 WHEN 3 THEN 1000 WHEN 6 THEN 1 END)`,
  CONVERT_TZ: ([text, from, to]) =>
    `strftime(timezone(${to}, timezone(${from}, CAST(${text} AS TIMESTAMP))), '%Y-%m-%d %H:%M:%S')`,
};

/** CEIL and FLOOR of a time to a unit. */
export function roundedTime(name: 'ceil' | 'floor', time: string, call: CallContext): string {
  const unit = unitOf(call, 1);
  const floor = `CAST(date_trunc(${quote(unit)}, ${time}) AS TIMESTAMP)`;
  if (name === 'floor') return floor;
  return `CASE WHEN ${floor} = ${time} THEN ${floor} ELSE ${floor} + INTERVAL ${quote(`1 ${unit}`)} END`;
}

function extract(unit: string, a: string): string {
  if (unit === 'dow') return `dayofweek(${a}) + 1`;
  // The seconds alone: DuckDB counts them into milli- and microseconds.
  if (unit === 'millisecond') return `extract(millisecond FROM ${a}) % 1000`;
  if (unit === 'epoch') return `floor(epoch(${a}))`;
  return `extract(${unit} FROM ${a})`;
}

const units = [
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
];
const moreUnits = ['decade', 'century', 'millennium', 'doy', 'dow', 'isodow', 'isoyear', 'epoch'];

function unitOf(call: CallContext, index: number): string {
  const written = (call.literal(index) ?? '').toLowerCase().replace(/^sql_tsi_/, '');
  const unit = [...units, ...moreUnits].find((known) => written === known || written === `${known}s`);
  if (unit === undefined)
    throw new NotSupported(`${call.name} takes a time unit such as DAY, not ${written}.`);
  return unit;
}

function pattern(call: CallContext, index: number, otherwise?: string): string {
  const written = call.literal(index) ?? (index < call.argumentTypes.length ? undefined : otherwise);
  if (written === undefined) throw new NotSupported(`${call.name} takes its format as a constant text.`);
  const format = dateFormat(written);
  if (format === undefined)
    throw new NotSupported(`${call.name} does not know a letter of the format '${written}'.`);
  return quote(format);
}

function parsed(args: string[], call: CallContext, otherwise: string): string {
  return `try_strptime(${args[0] ?? ''}, ${pattern(call, 1, otherwise)})`;
}
