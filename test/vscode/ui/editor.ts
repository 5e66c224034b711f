// The text editor, as a user types and clicks in it.
import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench';

export class Editor {
  constructor(private readonly workbench: Workbench) {}

  private get page() {
    return this.workbench.page;
  }

  /** Runs the open file by the button above it, which is there once the file is known as SQL. */
  async runFile(): Promise<void> {
    await this.page.locator('.editor-actions a.action-label[aria-label^="Run File"]').first().click();
  }

  /** Goes to a line, counted from 1, and so brings it into sight. */
  async goToLine(line: number): Promise<void> {
    await this.workbench.quickOpen('Control+G', `:${line}`, `line ${line}`);
  }

  /** Types a new line at the end of the open file. */
  async typeAtEnd(text: string): Promise<void> {
    await this.page.locator('.editor-instance .view-lines').first().click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.type(text);
  }

  /** Deletes the line that the cursor is on. */
  async deleteLine(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Control+Shift+K');
  }

  /** Moves the cursor by so many characters. */
  async moveLeft(characters: number): Promise<void> {
    for (let left = characters; left > 0; left--) await this.page.keyboard.press('ArrowLeft');
  }

  /** Puts `text` in place of the line that the cursor is on. */
  async replaceLine(text: string): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page
      .locator('.editor-instance .inputarea, .editor-instance .native-edit-context')
      .first()
      .focus();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.press('Home');
    await this.page.keyboard.press('Shift+End');
    await this.page.keyboard.type(text);
  }

  /** Clicks a lens of the statement on the last line. */
  async clickLensOfLastLine(text: string): Promise<void> {
    await this.page.locator('.codelens-decoration:visible').last().getByText(text, { exact: true }).click();
  }

  /** Puts the mouse on the last underlined place in sight until what appears says `text`, and returns that. */
  async hoverLastError(text: string): Promise<Locator> {
    const hover = this.page.locator('.monaco-hover:visible', { hasText: text }).first();
    await this.workbench.insist(async (wait) => {
      const underlined = this.page.locator('.squiggly-error:visible').last();
      await underlined.waitFor(wait);
      const box = await underlined.boundingBox(wait);
      // From elsewhere, so that a repetition moves; and the lens that came above has moved the line.
      await this.page.mouse.move(0, 0);
      if (box) await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await hover.waitFor(wait);
    });
    return hover;
  }

  /** A lens by its text, the first one in sight. */
  lens(text: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration:visible', { hasText: text }).first();
  }

  get errors(): Locator {
    return this.page.locator('.squiggly-error');
  }

  /** Asks for completions and returns their labels, best first. */
  async completions(): Promise<string[]> {
    const rows = this.page.locator('.suggest-widget.visible .monaco-list-row');
    await this.workbench.insist(async (wait) => {
      await this.page.keyboard.press('Control+Space');
      await rows.first().waitFor(wait);
    });
    return rows.locator('.label-name').allTextContents();
  }
}
