// What a command did, as one line that goes away by itself.
import { window } from 'vscode';

const shownMs = 6000;

/** Shows a sentence in the status bar. */
export function showOutcome(text: string, icon = 'check'): void {
  window.setStatusBarMessage(`$(${icon}) ${text.replaceAll('$(', '$ (')}`, shownMs);
}
