// What a person does and sees at a window of VS Code, in the words of its own page.
import path from 'node:path';

const PATIENCE = { timeout: 30_000 };
const LOOKS = 10;

/**
 * @param {Awaited<ReturnType<typeof import('./workbench.mjs').openWorkbench>>} window
 * @param {string} pictures the folder for screenshots
 */
export function atTheWindow(window, pictures) {
  const { page } = window;
  const dialog = page.locator('.monaco-dialog-box');
  const rows = page.locator('.sidebar .monaco-list-row');
  const toasts = page.locator('.notifications-toasts .notification-list-item');

  const pick = async (prefix, words, row) => {
    await page.keyboard.press('F1');
    const input = page.locator('.quick-input-widget input[type="text"]').first();
    await input.fill(`${prefix}${words}`);
    // The one that Enter takes: before the list follows what was typed, that is another.
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: row }).waitFor(PATIENCE);
    await page.keyboard.press('Enter');
  };

  return {
    page,
    /** Runs a command from the palette by its whole title. */
    run: (title) => pick('>', title, title),
    /** Opens a file by the end of its path. */
    openFile: async (name) => {
      await pick('', name, path.basename(name));
      await page.locator('.editor-group-container .tab.active', { hasText: path.basename(name) }).waitFor(PATIENCE);
    },
    /** Shows Driftline's part of the side bar. */
    openDriftline: async () => {
      await page.locator('.activitybar .action-label[aria-label^="Driftline"]').first().click(PATIENCE);
      await page.locator('.sidebar .composite.title', { hasText: /driftline/i }).waitFor(PATIENCE);
    },
    openFolder: (folder) => window.open(folder),
    /** Waits for these words in the welcome text of the side bar. */
    welcome: (words) => page.locator('.sidebar .welcome-view-content', { hasText: words }).waitFor(PATIENCE),
    /** Clicks a link or button in the welcome text of the side bar. */
    clickWelcome: (words) =>
      page.locator('.sidebar .welcome-view-content .monaco-button', { hasText: words }).click(PATIENCE),
    /** Waits for a modal question that has these words, and gives its whole text. */
    question: async (words) => {
      await dialog.filter({ hasText: words }).waitFor(PATIENCE);
      return dialog.innerText();
    },
    answer: async (button) => {
      const asked = await dialog.innerText();
      await dialog.locator('.dialog-buttons .monaco-button', { hasText: button }).click(PATIENCE);
      // The next question may stand there already.
      await page.waitForFunction(
        (text) => document.querySelector('.monaco-dialog-box')?.innerText !== text,
        asked,
        PATIENCE,
      );
    },
    /** The rows of the drift view as they stand, as they are read out. */
    rows: () => rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? '')),
    waitForRow: (words) => rows.filter({ hasText: words }).first().waitFor(PATIENCE),
    waitForNoRow: (words) =>
      rows
        .filter({ hasText: words })
        .first()
        .waitFor({ state: 'detached', ...PATIENCE }),
    /** Waits for these words above the drift view's rows. */
    viewMessage: (words) => page.locator('.sidebar .message', { hasText: words }).first().waitFor(PATIENCE),
    /** Waits for an input box or a list of choices that has these words. */
    quickInput: (words) => page.locator('.quick-input-widget', { hasText: words }).waitFor(PATIENCE),
    /** Waits until so many places are underlined in the visible part of the editor. @param {'error' | 'warning'} severity */
    waitForSquiggles: (count, severity = 'error') =>
      page.waitForFunction(
        ([wanted, kind]) => document.querySelectorAll(`.editor-instance .squiggly-${kind}`).length === wanted,
        [count, severity],
        PATIENCE,
      ),
    toast: async (words, patience = 30_000) => {
      const toast = toasts.filter({ hasText: words }).first();
      await toast.waitFor({ timeout: patience });
      return toast.innerText();
    },
    /** What the person was told: as a toast, or, since VS Code shows no more than a few of those in a second, in the list of all. */
    told: async (words) => {
      const item = page.locator('.notification-list-item', { hasText: words }).first();
      for (let look = 1; ; look++) {
        try {
          await item.waitFor({ timeout: 3000 });
          return await item.innerText();
        } catch (error) {
          if (look === LOOKS) throw error;
          await pick('>', 'Notifications: Show Notifications', 'Show Notifications');
        }
      }
    },
    /** Clears what the person was told, and waits until it is gone: what is told next is new. */
    closeToasts: async () => {
      await pick('>', 'Notifications: Clear All Notifications', 'Clear All');
      await page.locator('.notifications-center.visible').waitFor({ state: 'detached', ...PATIENCE });
      await toasts
        .filter({ hasNotText: 'Cancel' })
        .first()
        .waitFor({ state: 'detached', ...PATIENCE });
    },
    /** The text of the visible lines of the active editor. */
    editorText: async () =>
      (await page.locator('.editor-group-container.active .view-lines').first().innerText()).replaceAll('\u00a0', ' '),
    picture: (name) => page.screenshot({ path: path.join(pictures, `${name}.png`), animations: 'disabled' }),
  };
}
