// Every problem the analysis can report: its stable code, the error it becomes when run, and what it means.
import { StreamJobsError } from '../protocol/errors';
import type { ErrorCode, Span } from '../protocol/errors';
import type { Fix, Problem } from '../syntax/problem';

interface ProblemKind {
  code: `SJ${number}`;
  /** What running the statement answers. */
  error: ErrorCode;
  /** Shown where someone looks the code up. */
  documentation: string;
}

export const problemKinds = {
  unknownTable: name('SJ201', 'No table, stream or view of this name is known where the statement stands.'),
  unknownColumn: name('SJ202', 'The tables in FROM have no such column.'),
  ambiguousColumn: name(
    'SJ203',
    'More than one table in FROM has a column of this name; put the table in front.',
  ),
  unknownFunction: name('SJ204', 'There is no function of this name.'),
  duplicateName: name('SJ205', 'Two columns, aliases or common table expressions have the same name.'),
  relationExists: {
    code: 'SJ206',
    error: 'TABLE_EXISTS',
    documentation: 'A table, stream or view of this name exists already.',
  },
  wrongArguments: type('SJ210', 'The function takes other arguments than these.'),
  typeMismatch: type('SJ211', 'The operands or values have types that do not go together here.'),
  badLiteral: type('SJ212', 'The text in quotes is not a value of this type.'),
  unknownType: type('SJ213', 'There is no data type of this name, or it takes other parameters.'),
  columnCount: type('SJ214', 'The query has another number of columns than the place it goes to.'),
  notGrouped: type('SJ215', 'With aggregates, a column stands in GROUP BY or inside an aggregate.'),
  misplacedAggregate: type('SJ216', 'Aggregates stand in SELECT and HAVING only, and not inside each other.'),
  noTimeAttribute: type('SJ217', 'A window needs a column that a WATERMARK speaks of.'),
  badWindow: type('SJ218', 'The window has no such bound, or its size does not fit.'),
  badWatermark: type('SJ219', 'A watermark is for a TIMESTAMP column and an expression of that type.'),
  badMetadata: type('SJ220', 'The connector has no such metadata column, or it has another type.'),
  badPrimaryKey: type('SJ221', 'A primary key names physical columns of its table.'),
  notASink: {
    code: 'SJ222',
    error: 'NOT_SUPPORTED',
    documentation: 'Rows cannot be written there: a view, or a connector that only reads.',
  },
  notASource: {
    code: 'SJ223',
    error: 'NOT_SUPPORTED',
    documentation: 'Rows cannot be read from there: a connector that only writes.',
  },
  unsupportedQuery: {
    code: 'SJ230',
    error: 'NOT_SUPPORTED',
    documentation: 'The clause is part of the language, but the local engine does not run it yet.',
  },
  noJobState: {
    code: 'SJ233',
    error: 'NOT_SUPPORTED',
    documentation: 'The job keeps nothing between two records that could be queried.',
  },
  unsupportedStatement: {
    code: 'SJ231',
    error: 'NOT_SUPPORTED',
    documentation: 'The statement is part of the language, but cannot be run yet.',
  },
  dialectNote: type('SJ232', 'The dialects differ here; this is how it was read.'),
  outOfBounds: {
    code: 'SJ241',
    error: 'BAD_REQUEST',
    documentation: 'The number or text is outside of what the statement takes.',
  },
  badName: {
    code: 'SJ242',
    error: 'BAD_NAME',
    documentation: 'A job, a table or a version cannot be named so.',
  },
  unknownOption: option('SJ401', 'The connector, format or job has no option of this name.'),
  badOptionValue: option('SJ402', 'The option takes another kind of value.'),
  missingOption: option('SJ403', 'The connector or format cannot work without this option.'),
  unknownConnector: option('SJ404', 'There is no connector or format of this name.'),
  duplicateOption: option('SJ405', 'The option is given twice.'),
  unusedOption: option('SJ406', 'The option has no effect here.'),
} as const satisfies Record<string, ProblemKind>;

export type ProblemName = keyof typeof problemKinds;

/** A problem of this kind, an error unless said otherwise. */
export function problem(
  kind: ProblemName,
  message: string,
  span: Span,
  more: { fixes?: Fix[]; severity?: Problem['severity'] } = {},
): Problem {
  const { code } = problemKinds[kind];
  return { code, severity: more.severity ?? 'error', message, span, fixes: more.fixes ?? [] };
}

/** The error that running a statement with this problem answers. */
export function toError(found: Problem): StreamJobsError {
  const kind: ProblemKind | undefined = Object.values(problemKinds).find(({ code }) => code === found.code);
  const fix = found.fixes[0];
  return new StreamJobsError(kind?.error ?? 'SYNTAX', found.message, {
    span: found.span,
    ...(fix && { hint: `${fix.title}.` }),
  });
}

function name<const C extends `SJ${number}`>(code: C, documentation: string) {
  return { code, error: 'NAME_NOT_FOUND', documentation } as const;
}
function type<const C extends `SJ${number}`>(code: C, documentation: string) {
  return { code, error: 'TYPE', documentation } as const;
}
function option<const C extends `SJ${number}`>(code: C, documentation: string) {
  return { code, error: 'BAD_OPTION', documentation } as const;
}
