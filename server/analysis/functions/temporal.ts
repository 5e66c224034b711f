// Functions on dates and times, and the window functions of the group form.
import { timestamp } from '../typeNames';
import type { SqlType } from '../types';
import { functionTable } from './definition';

const now = { deterministic: false };
const parts: [string, string][] = [
  ['YEAR', 'The year'],
  ['QUARTER', 'The quarter of the year, 1 to 4'],
  ['MONTH', 'The month, 1 to 12'],
  ['WEEK', 'The week of the year, 1 to 53'],
  ['DAYOFYEAR', 'The day of the year, 1 to 366'],
  ['DAYOFMONTH', 'The day of the month, 1 to 31'],
  ['DAYOFWEEK', 'The day of the week, 1 (Sunday) to 7'],
];

export const temporalFunctions = functionTable('temporal', [
  ['CURRENT_DATE() -> DATE', "Today's date.", 'CURRENT_DATE', now],
  ['CURRENT_TIME() -> TIME', 'The time of day now.', 'CURRENT_TIME', now],
  ['CURRENT_TIMESTAMP() -> TIMESTAMP_LTZ', 'This moment.', 'CURRENT_TIMESTAMP', now],
  ['CURRENT_ROW_TIMESTAMP() -> TIMESTAMP_LTZ', 'This moment.', 'CURRENT_ROW_TIMESTAMP()', now],
  ['NOW() -> TIMESTAMP_LTZ', 'This moment.', 'NOW()', now],
  ['LOCALTIME() -> TIME', 'The time of day now.', 'LOCALTIME', now],
  ['LOCALTIMESTAMP() -> TIMESTAMP', 'The wall-clock time now.', 'LOCALTIMESTAMP', now],
  ['PROCTIME() -> TIMESTAMP_LTZ', 'When the row is processed.', 'PROCTIME()', now],
  [
    'UNIX_TIMESTAMP() -> BIGINT; UNIX_TIMESTAMP(text STRING, [format STRING]) -> BIGINT',
    'Seconds since 1970, now or of a text.',
    "UNIX_TIMESTAMP('1970-01-01 00:00:10') = 10",
    now,
  ],
  [
    'EXTRACT(unit UNIT, time D) -> BIGINT; EXTRACT(unit UNIT, time TIME) -> BIGINT; EXTRACT(unit UNIT, interval INTERVAL) -> BIGINT',
    'A part of a time: YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, EPOCH ...',
    'EXTRACT(YEAR FROM ts)',
  ],
  ...parts.map(([name, text]): [string, string, string] => [
    `${name}(time D) -> BIGINT`,
    `${text}.`,
    `${name}(ts)`,
  ]),
  ...['HOUR', 'MINUTE', 'SECOND'].map((name): [string, string, string] => [
    `${name}(time D) -> BIGINT; ${name}(time TIME) -> BIGINT`,
    `The ${name.toLowerCase()} of a time.`,
    `${name}(ts)`,
  ]),
  [
    'TIMESTAMPADD(unit UNIT, count BIGINT, time D) -> D',
    'A time so many units later.',
    'TIMESTAMPADD(DAY, 1, ts)',
    { resultType: added },
  ],
  [
    'TIMESTAMPDIFF(unit UNIT, from D, to U) -> INT',
    'How many whole units lie between two times.',
    'TIMESTAMPDIFF(MINUTE, started, ended)',
  ],
  [
    'DATE_FORMAT(time D, format STRING) -> STRING; DATE_FORMAT(text STRING, format STRING) -> STRING',
    'A time as text, in a format such as yyyy-MM-dd HH:mm:ss.',
    "DATE_FORMAT(ts, 'yyyy-MM-dd')",
  ],
  [
    'FROM_UNIXTIME(seconds BIGINT, [format STRING]) -> STRING',
    'Seconds since 1970 as text.',
    "FROM_UNIXTIME(0) = '1970-01-01 00:00:00'",
  ],
  [
    'TO_DATE(text STRING, [format STRING]) -> DATE',
    'A date from text, yyyy-MM-dd unless said otherwise.',
    "TO_DATE('2026-01-31')",
  ],
  [
    'TO_TIMESTAMP(text STRING, [format STRING]) -> TIMESTAMP',
    'A wall-clock time from text, yyyy-MM-dd HH:mm:ss unless said otherwise.',
    "TO_TIMESTAMP('2026-01-31 12:00:00')",
  ],
  [
    'TO_TIMESTAMP_LTZ(number BIGINT, [precision INT]) -> TIMESTAMP_LTZ',
    'A moment from seconds (precision 0) or milliseconds (3, the usual) since 1970.',
    'TO_TIMESTAMP_LTZ(0, 3)',
  ],
  [
    'CONVERT_TZ(text STRING, from STRING, to STRING) -> STRING',
    'A wall-clock time of one time zone in another.',
    "CONVERT_TZ('2026-01-31 12:00:00', 'UTC', 'Europe/Berlin')",
  ],
]);

/** Lowered to window bounds by the planner; known here for completion and hover. */
export const windowFunctions = functionTable('window', [
  [
    'TUMBLE(time D, size INTERVAL, [offset INTERVAL]) -> TIMESTAMP',
    'In GROUP BY: windows of one size, one after another.',
    "GROUP BY TUMBLE(ts, INTERVAL '5' MINUTE)",
  ],
  [
    'TUMBLE_START(time D, size INTERVAL, [offset INTERVAL]) -> TIMESTAMP',
    'When the window of GROUP BY TUMBLE begins.',
    "TUMBLE_START(ts, INTERVAL '5' MINUTE)",
    { resultType: wallClock },
  ],
  [
    'TUMBLE_END(time D, size INTERVAL, [offset INTERVAL]) -> TIMESTAMP',
    'When the window of GROUP BY TUMBLE ends.',
    "TUMBLE_END(ts, INTERVAL '5' MINUTE)",
    { resultType: wallClock },
  ],
  [
    'TUMBLE_ROWTIME(time D, size INTERVAL, [offset INTERVAL]) -> D',
    'The last millisecond of the window: its event time.',
    "TUMBLE_ROWTIME(ts, INTERVAL '5' MINUTE)",
  ],
]);

/** Group forms that are part of the language and not run yet. */
export const windowsNotRun: ReadonlySet<string> = new Set([
  'HOP',
  'HOP_START',
  'HOP_END',
  'HOP_ROWTIME',
  'HOP_PROCTIME',
  'SESSION',
  'SESSION_START',
  'SESSION_END',
  'SESSION_ROWTIME',
  'SESSION_PROCTIME',
  'TUMBLE_PROCTIME',
  'CUMULATE',
]);

/** A date stays one only when whole days or more are added, which the unit decides: seen as a timestamp here. */
function added(types: SqlType[]): SqlType {
  return types[2]?.kind === 'date' ? timestamp(0, false) : (types[2] ?? { kind: 'unknown' });
}

/** Bounds of windows are wall-clock times with milliseconds, as in Flink. */
function wallClock(): SqlType {
  return timestamp(3, false);
}
