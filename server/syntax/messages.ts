// Syntax errors in words.
import { Token } from 'antlr4ng';
import type { Problem } from './problem';
import { syntaxProblem } from './problemCodes';
import type { FirstError } from './recovery';

export function syntaxErrorProblem(text: string, tokens: Token[], error: FirstError): Problem {
  const { token } = error;
  if (token.type === Token.EOF) {
    const last = tokens.filter((each) => each.channel === Token.DEFAULT_CHANNEL).at(-1);
    const end = (last?.stop ?? -1) + 1;
    return syntaxProblem('unexpected', 'The statement is not complete.', { start: last?.start ?? 0, end });
  }
  const span = { start: token.start, end: token.stop + 1 };
  return syntaxProblem('unexpected', `${text.slice(span.start, span.end)} is not expected here.`, span);
}
