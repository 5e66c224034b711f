// The window around everything: commands, files, notifications, the status bar.
import type { Frame, Locator, Page } from 'playwright-core';

/** Longest wait for anything a user waits for, in ms. The machine may be busy. */
export const waitMs = 20_000;

export class Workbench {
  constructor(readonly page: Page) {}

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
  }

  /** Runs a command from the palette, by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.pick(title);
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.pick(name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
    await this.page.locator('.editor-instance .view-lines .view-line').first().waitFor();
  }

  /** Answers the open quick pick: types, and takes the row that says so. */
  async pick(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await this.page.keyboard.type(text);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row.waitFor();
    await row.click();
  }

  /** Takes the row of the open quick pick that has a text, once there is one. */
  async choose(text: string): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /** Answers the open question for a text. */
  async answer(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget:visible input').first().waitFor();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** Makes the side bar this wide, by dragging its edge. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) throw new Error('The side bar is hidden.');
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width + 1, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, y, { steps: 5 });
    await this.page.mouse.up();
  }

  notification(text: string): Locator {
    return this.page.locator('.notification-list-item', { hasText: text });
  }

  /** A button in the title of a view or panel. */
  viewAction(title: string): Locator {
    return this.page.locator(`.title-actions a.action-label[aria-label^="${title}"]`).first();
  }

  statusBar(text: string): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  /** A button of the open dialog. */
  dialog(button: string): Locator {
    return this.page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).first();
  }

  /** All that the open dialog says. */
  dialogText(): Promise<string> {
    return this.page.locator('.monaco-dialog-box').first().innerText();
  }

  /** The page of the webview that shows a text, once one does. */
  async webviewWith(text: string | RegExp): Promise<Frame> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      for (const frame of this.page.frames()) {
        // A frame may go while it is asked.
        const count = await frame
          .getByText(text)
          .count()
          .catch(() => 0);
        if (frame.parentFrame() && count > 0) return frame;
      }
      if (Date.now() > deadline) throw new Error(`No webview shows ${String(text)}.`);
      await this.page.waitForTimeout(200);
    }
  }
}
