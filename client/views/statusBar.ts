// The status bar item over all jobs; opens the Jobs view.
import { StatusBarAlignment, window } from 'vscode';
import type { JobStore } from '../host/jobStore';
import { statusText } from './statusText';

/** Rates and lags change the text at most this often, in ms. */
const refreshMs = 1000;

export class StatusBar {
  private readonly item = window.createStatusBarItem('streamJobs.status', StatusBarAlignment.Left, 0);
  private readonly subscription: { dispose(): void };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: JobStore) {
    this.item.name = 'Stream Jobs';
    this.item.command = 'streamJobs.jobs.focus';
    this.subscription = store.onChange(({ urgent }) => {
      if (urgent) this.draw();
      else this.timer ??= setTimeout(() => this.draw(), refreshMs);
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
    this.item.dispose();
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const shown = statusText(this.store.list());
    if (!shown) {
      this.item.hide();
      return;
    }
    this.item.text = shown.text;
    this.item.tooltip = shown.label;
    this.item.accessibilityInformation = { label: shown.label };
    this.item.show();
  }
}
