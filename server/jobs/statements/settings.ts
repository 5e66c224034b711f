// SET and RESET: settings of the script that runs.
import { checkSetting } from '../../analysis/options/validate';
import { toError } from '../../analysis/problemCodes';
import type { ResetOption, SetOption } from '../../syntax/ast';
import { said, type Outcome, type StatementContext } from './context';

export function set({ key, value }: SetOption, { settings }: StatementContext): Outcome {
  const note = refuseOrNote(checkSetting(key, value));
  settings.set(key.text, value.text);
  return said(note ?? `${key.text} is ${value.text}.`);
}

export function reset({ key }: ResetOption, { settings }: StatementContext): Outcome {
  if (key === undefined) {
    settings.clear();
    return said('All settings are reset.');
  }
  const note = refuseOrNote(checkSetting(key));
  settings.delete(key.text);
  return said(note ?? `${key.text} is reset.`);
}

/** Throws an error; a note, such as that a setting has no effect here, is what the statement answers. */
function refuseOrNote(problems: ReturnType<typeof checkSetting>): string | undefined {
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw toError(wrong);
  return problems[0]?.message;
}
