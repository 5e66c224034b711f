// The window around everything: commands, files, notifications, the status bar.
import type { Frame, Locator, Page } from 'playwright-core';

/** Longest wait for anything a user waits for, in ms. The machine may be busy. */
export const waitMs = 20_000;
/** How long a user waits for what a gesture should show before the first repetition, in ms. */
const patienceMs = 2_000;

export class Workbench {
  constructor(readonly page: Page) {}

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
  }

  /**
   * Makes a gesture again, as a user does, when nothing came of it: a busy window closes what was just opened when it
   * gives the focus elsewhere late. `gesture` rejects when it has waited for `timeout` in vain; each try waits longer.
   */
  async insist(gesture: (wait: { timeout: number }) => Promise<void>): Promise<void> {
    for (let timeout = patienceMs; ; timeout *= 2) {
      try {
        await gesture({ timeout });
        return;
      } catch (error) {
        if (timeout * 2 > waitMs) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Runs a command from the palette, by its title. */
  async command(title: string): Promise<void> {
    await this.quickOpen('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.quickOpen('Control+P', name, name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-instance .view-lines .view-line').first().waitFor();
  }

  /**
   * Opens a quick pick by its key, types, and takes the row that says so. That is repeated until the row is there: what
   * is typed while VS Code still lists the files may find nothing, and it does not look again by itself.
   */
  async quickOpen(key: string, typed: string, row: string): Promise<void> {
    await this.insist(async (wait) => {
      await this.page.keyboard.press(key);
      // Not by the keyboard: a pick that has closed again would have it typed into the editor.
      await this.input.fill(typed, wait);
      await this.quickPickRow(row).click(wait);
    });
    await this.input.waitFor({ state: 'hidden' });
  }

  /** Takes the row of the open quick pick that has a text, once there is one. */
  async choose(text: string): Promise<void> {
    await this.quickPickRow(text).click();
  }

  /** Answers the open question for a text. */
  async answer(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
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
    return this.openDialog.locator('.monaco-button', { hasText: button }).first();
  }

  /** Answers the open dialog by a button; when it is gone, the focus is back where it was. */
  async answerDialog(button: string): Promise<void> {
    await this.dialog(button).click();
    await this.openDialog.waitFor({ state: 'hidden' });
  }

  /** All that the open dialog says. */
  dialogText(): Promise<string> {
    return this.openDialog.innerText();
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

  /** Where one types in the open quick pick or question. */
  private get input(): Locator {
    return this.page.locator('.quick-input-widget input:visible').first();
  }

  private quickPickRow(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  private get openDialog(): Locator {
    return this.page.locator('.monaco-dialog-box').first();
  }
}
