// SET and RESET: settings of the script that runs.
import { checkSetting } from '../../analysis/options/validate';
import { toError } from '../../analysis/problemCodes';
import type { ResetOption, SetOption } from '../../syntax/ast';
import { said, type Outcome, type StatementContext } from './context';

export function set({ key, value, span }: SetOption, { settings }: StatementContext): Outcome {
  const note = refuseOrNote(checkSetting(key, value, span));
  settings.set(key.text, value);
  return said(note ?? `${key.text} is ${value}.`);
}

export function reset({ key, span }: ResetOption, { settings }: StatementContext): Outcome {
  if (key === undefined) {
    settings.clear();
    return said('All settings are reset.');
  }
  const note = refuseOrNote(checkSetting(key, undefined, span));
  settings.delete(key.text);
  return said(note ?? `${key.text} is reset.`);
}

/** Throws an error; a note, such as that a setting has no effect here, is what the statement answers. */
function refuseOrNote(problems: ReturnType<typeof checkSetting>): string | undefined {
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw toError(wrong);
  return problems[0]?.message;
}
