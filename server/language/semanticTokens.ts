// What a name is, for colouring: the grammar of the editor knows words and signs, the analysis knows tables from columns.
import { SemanticTokensBuilder, type SemanticTokens, type SemanticTokensLegend } from 'vscode-languageserver';
import type { Span } from '../protocol/errors';
import { jobUses } from './liveJobs/jobUses';
import type { Script, ScriptStatement } from './script';

const types = ['event', 'struct', 'property', 'function', 'type'] as const;
type TokenType = (typeof types)[number];

export const semanticTokensLegend: SemanticTokensLegend = {
  tokenTypes: [...types],
  tokenModifiers: ['declaration'],
};

interface Coloured {
  span: Span;
  type: TokenType;
  declaration: boolean;
}

export function semanticTokens(script: Script): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const statement of script.statements) {
    for (const { span, type, declaration } of tokensOf(statement)) {
      const { line, character } = script.document.positionAt(statement.start + span.start);
      // A quoted name may not run over a line's end, so every token has one line.
      builder.push(line, character, span.end - span.start, types.indexOf(type), declaration ? 1 : 0);
    }
  }
  return builder.build();
}

/** In the order of the text, none over another. */
function tokensOf({ tree, facts, pipelineName }: ScriptStatement): Coloured[] {
  const found: Coloured[] = [];
  for (const use of facts?.uses ?? []) {
    if (use.kind !== 'job') found.push({ span: use.span, type: typeOf[use.kind], declaration: false });
  }
  if (tree !== undefined) {
    for (const use of jobUses(tree, pipelineName).uses) {
      if (use.implied !== true)
        found.push({ span: use.name.span, type: 'event', declaration: use.action === 'start' });
    }
  }
  if (tree?.kind === 'createTable') {
    for (const column of tree.columns)
      found.push({ span: column.name.span, type: 'property', declaration: true });
  }
  if (tree?.kind === 'createTable' || tree?.kind === 'createTableAs' || tree?.kind === 'createView') {
    found.push({ span: tree.name.span, type: 'struct', declaration: true });
  }
  return inOrder(found.filter(({ span }) => span.end > span.start));
}

const typeOf = {
  relation: 'struct',
  cte: 'struct',
  column: 'property',
  alias: 'struct',
  function: 'function',
} as const satisfies Record<string, TokenType>;

function inOrder(tokens: Coloured[]): Coloured[] {
  const sorted = tokens.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  let end = -1;
  return sorted.filter(({ span }) => {
    const apart = span.start >= end;
    if (apart) end = span.end;
    return apart;
  });
}
