// The sugar clause WINDOW TUMBLING(5m), TUMBLING(ts, INTERVAL '5' MINUTE), TUMBLING (SIZE 5 MINUTES) and its kin.
import type { Name, WindowClause } from '../ast';
import type { WindowSizeContext, WindowSugarContext, WindowTypeContext } from '../generated/StreamSqlParser';
import { durationMs } from './intervals';
import { maybe, type Source } from './source';

export function windowClause(source: Source, context: WindowSugarContext): WindowClause {
  const written = maybe(context.windowArguments());
  const time = written?.windowTime()?.columnPath();
  return {
    type: windowType(context.windowType()),
    ...(time
      ? {
          time: column(
            source,
            [time.columnName(), ...time.fieldName()].map((part) => source.name(part)),
          ),
        }
      : {}),
    sizes: (written?.windowSize() ?? []).map((size) => windowSize(source, size)),
    span: source.span(context),
  };
}

function column(source: Source, parts: Name[]): { kind: 'column'; parts: Name[]; span: Name['span'] } {
  const start = parts[0]?.span.start ?? source.text.length;
  return { kind: 'column', parts, span: { start, end: parts.at(-1)?.span.end ?? start } };
}

function windowType(context: WindowTypeContext | null): WindowClause['type'] {
  if (context?.SESSION()) return 'session';
  return context?.TUMBLING() || context?.TUMBLE() ? 'tumbling' : 'hopping';
}

function windowSize(source: Source, context: WindowSizeContext): WindowClause['sizes'][number] {
  const name = context.SIZE() ? 'size' : context.ADVANCE() ? 'advance' : context.GAP() ? 'gap' : undefined;
  const { ms } = durationMs(source, context.duration());
  return { ...(name ? { name } : {}), ms, span: source.span(context) };
}
