// The signatures of the function whose parentheses the cursor is in, with the parameter that is being written.
import { MarkupKind, type SignatureHelp, type SignatureInformation } from 'vscode-languageserver-types';
import { findFunction } from '../analysis/functions/functions';
import { takesCount, type Signature } from '../analysis/functions/signature';

import { regionAt } from '../syntax/split';
import { placeLengthMax } from './completion/place';
import type { Script } from './script';
import { tokenize, type SyntaxToken } from './tokens';

export function signatureHelp(script: Script, offset: number): SignatureHelp | null {
  const text = script.document.getText();
  const region = regionAt(text, offset);
  if (offset - region.start > placeLengthMax) return null;
  const before = tokenize(text.slice(region.start, offset));
  const last = before.at(-1);
  if (last?.kind === 'comment' || (last?.kind === 'string' && !/^'.*'$/s.test(last.text))) return null;
  const call = enclosingCall(before.filter(({ kind }) => kind !== 'comment'));
  const definition = call && findFunction(call.name);
  if (call === undefined || definition === undefined || definition.signatures.length === 0) return null;
  const { signatures, documentation } = definition;
  const fitting = signatures.findIndex((signature) => takesCount([signature], call.argument + 1));
  const active = Math.max(0, fitting);
  return {
    signatures: signatures.map((signature) => information(signature, documentation)),
    activeSignature: active,
    activeParameter: parameterIndex(signatures[active], call.argument),
  };
}

/** The innermost open parenthesis that follows a name, and how many commas stand behind it. */
function enclosingCall(tokens: readonly SyntaxToken[]): { name: string; argument: number } | undefined {
  let depth = 0;
  let argument = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const text = tokens[i]?.text;
    if (text === ')' || text === ']') depth++;
    else if (text === '(' || text === '[') {
      const name = tokens[i - 1];
      if (depth > 0) depth--;
      else if (text === '(' && (name?.kind === 'name' || name?.kind === 'word'))
        return { name: name.text, argument };
      else argument = 0;
    } else if (text === ',' && depth === 0) argument++;
  }
  return undefined;
}

function information(signature: Signature, documentation: string): SignatureInformation {
  let from = signature.text.indexOf('(') + 1;
  const parameters = signature.parameters.map(({ name }) => {
    const start = signature.text.indexOf(name, from);
    const comma = signature.text.indexOf(', ', start);
    const close = comma < 0 ? signature.text.lastIndexOf(') ->') : comma;
    from = close;
    const end = signature.text[close - 1] === ']' ? close - 1 : close;
    return { label: [start, end] as [number, number] };
  });
  return {
    label: signature.text,
    documentation: { kind: MarkupKind.Markdown, value: documentation },
    parameters,
  };
}

/** A repeated last parameter takes all further arguments. */
function parameterIndex(signature: Signature | undefined, argument: number): number {
  const parameters = signature?.parameters ?? [];
  const last = parameters.length - 1;
  return argument > last && parameters[last]?.repeated === true ? last : argument;
}
