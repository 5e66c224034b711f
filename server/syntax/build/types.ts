// Type names: DECIMAL(10, 2), ARRAY<STRING>, ROW<a INT, b STRING>, TIMESTAMP(3) WITH LOCAL TIME ZONE.
import type { ParserRuleContext } from 'antlr4ng';
import type { TypeName } from '../ast';
import {
  ArrayTypeContext,
  MapTypeContext,
  RowTypeContext,
  ScalarTypeContext,
  type TypeNameContext,
} from '../generated/StreamSqlParser';
import type { Source } from './source';

/** The type as written; an empty name where it is missing. */
export function typeName(source: Source, context: TypeNameContext | null | undefined): TypeName {
  return {
    ...typeBody(source, context?.typeBody()),
    notNull: Boolean(context?.NOT()),
    span: source.span(context),
  };
}

function typeBody(source: Source, body: ParserRuleContext | null | undefined): TypeName {
  const base = { parameters: [], arguments: [], notNull: false, span: source.span(body) };
  if (body instanceof ArrayTypeContext) {
    return { ...base, name: 'ARRAY', arguments: [{ type: typeName(source, body.typeName()) }] };
  }
  if (body instanceof MapTypeContext) {
    return {
      ...base,
      name: 'MAP',
      arguments: body.typeName().map((type) => ({ type: typeName(source, type) })),
    };
  }
  if (body instanceof RowTypeContext) {
    const fields = body.rowField().map((field) => ({
      name: source.name(field.fieldNameCreate()),
      type: typeName(source, field.typeName()),
    }));
    return { ...base, name: 'ROW', arguments: fields };
  }
  if (body instanceof ScalarTypeContext) return { ...base, ...scalarType(source, body) };
  return { ...base, name: source.slice(base.span).toUpperCase().replace(/\s+/g, ' ') };
}

function scalarType(
  source: Source,
  context: ScalarTypeContext,
): Pick<TypeName, 'name' | 'parameters' | 'timeZone'> {
  const second = context.PRECISION() ?? context.VARYING();
  const word = source.slice(source.span(context.typeWord()));
  // A placeholder keeps its case: it is filled by its name.
  const first = word.startsWith('${') ? word : word.toUpperCase();
  const zone = context.timeZone();
  const timeZone = zone?.WITH() ? (zone.LOCAL() ? 'withLocal' : 'with') : undefined;
  return {
    name: second ? `${first} ${second.getText().toUpperCase()}` : first,
    parameters: context.INTEGER().map((node) => source.integer(node)),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}
