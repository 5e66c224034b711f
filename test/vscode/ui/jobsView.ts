// The Jobs tree, as a user reads and clicks it.
import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench';

export class JobsView {
  constructor(private readonly workbench: Workbench) {}

  /** Shows the view, by its icon in the activity bar. Clicked while shown, that would hide it. */
  async show(): Promise<void> {
    const icon = this.workbench.page.locator('.activitybar .action-item:has(a[aria-label^="Stream Jobs"])');
    await this.workbench.insist(async (wait) => {
      await icon.waitFor(wait);
      const shown = ((await icon.getAttribute('class')) ?? '').includes('checked');
      if (!shown) await icon.click(wait);
      await this.pane.waitFor(wait);
    });
  }

  get pane(): Locator {
    return this.workbench.page.locator('.pane:has(.pane-header[aria-label^="Jobs"])');
  }

  /** What stands in place of jobs while there are none. */
  get welcome(): Locator {
    return this.pane.locator('.welcome-view');
  }

  /** The row of a job that shows all of `texts`. */
  row(job: string, ...texts: (string | RegExp)[]): Locator {
    const row = this.pane.locator('.monaco-list-row', { hasText: job });
    return texts.reduce<Locator>((found, text) => found.filter({ hasText: text }), row).first();
  }

  /** The row's text after the name. */
  async description(job: string): Promise<string> {
    return (await this.row(job).locator('.label-description').textContent()) ?? '';
  }

  /** The lag a row shows. */
  async lag(job: string): Promise<number> {
    const description = await this.description(job);
    const [, lag] = /lag ([\d,]+)/.exec(description) ?? [];
    if (lag === undefined) throw new Error(`No lag in "${description}".`);
    return Number(lag.replaceAll(',', ''));
  }

  /** The titles of the buttons a row shows when the mouse is over it. */
  async buttons(job: string): Promise<string[]> {
    await this.row(job).hover();
    const buttons = this.row(job).locator('.actions a.action-label');
    await buttons.first().waitFor();
    return Promise.all(
      (await buttons.all()).map(async (each) => (await each.getAttribute('aria-label')) ?? ''),
    );
  }

  /** Clicks an inline button, as a user does: the mouse goes to the row, then to the button. */
  async click(job: string, button: string): Promise<void> {
    await this.row(job).hover();
    await this.row(job).locator(`.actions a.action-label[aria-label^="${button}"]`).click();
  }

  /** Clicks an inline button of a row under a job. */
  async clickChild(text: RegExp, button: string): Promise<void> {
    await this.child(text).hover();
    await this.child(text).locator(`.actions a.action-label[aria-label^="${button}"]`).click();
  }

  /** Opens the menu of a row with the right button, and puts the mouse on an item or on one of a menu in it. */
  async openMenu(job: string, ...items: string[]): Promise<void> {
    await this.workbench.insist(async (wait) => {
      await this.row(job).click({ button: 'right', ...wait });
      for (const item of items) await this.menuItem(item).hover(wait);
    });
  }

  menuItem(item: string): Locator {
    return this.workbench.page.locator('.monaco-menu .action-menu-item', { hasText: item }).first();
  }

  /** Chooses from the menu of a row, or from a menu in it. */
  async menu(job: string, ...items: string[]): Promise<void> {
    await this.openMenu(job, ...items);
    // By the keyboard: a menu takes no click in its first moments.
    await this.workbench.page.keyboard.press('Enter');
  }

  /** A row under a job, by what it says. */
  child(text: RegExp): Locator {
    return this.pane.locator('.monaco-list-row[aria-level="2"]', { hasText: text }).first();
  }

  /** Opens a row, or closes an open one. */
  async expand(job: string): Promise<void> {
    await this.row(job).locator('.monaco-tl-twistie').click();
  }
}
