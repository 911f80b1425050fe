// Closing the window leaves everything running and says so once; quitting asks what becomes of living terminals.

import type { App } from './app.svelte';

/** How long a host that does not answer may keep a window from closing. */
const PATIENCE_MS = 1000;

function many(count: number): string {
  return count === 1 ? 'one terminal' : `${count} terminals`;
}

export async function closeWindow(app: App): Promise<void> {
  const count = app.living;
  if (count > 0 && !app.layout.isTold) {
    const answer = await app.dialogs.confirm(
      'Your terminals keep running',
      `Closing the window ends nothing: ${many(count)} will be here, with all output, when you open it again. ` +
        'To end them, quit from the tray or close them one by one.',
      [
        { value: 'close', label: 'Close window', tone: 'primary' },
        { value: 'no', label: 'Cancel' },
      ],
    );
    if (answer !== 'close') {
      app.native.keepWindow();
      return;
    }
    await Promise.race([app.layout.tell(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }
  app.native.closeWindow();
}

export async function quit(app: App): Promise<void> {
  const count = app.living;
  if (count > 0) {
    const answer = await app.dialogs.confirm(
      'Quit AI Orchestrator?',
      `${many(count)[0]!.toUpperCase()}${many(count).slice(1)} ${count === 1 ? 'is' : 'are'} open. They can go on ` +
        'without the window.',
      [
        { value: 'keep', label: 'Keep running', tone: 'primary' },
        { value: 'end', label: 'End them', tone: 'danger' },
        { value: 'no', label: 'Cancel' },
      ],
    );
    if (answer !== 'keep' && answer !== 'end') return;
    if (answer === 'end') {
      try {
        await app.door.stopHost();
      } catch (error) {
        app.toasts.fail('The terminals could not be ended', error);
        return;
      }
    }
  }
  app.native.quit();
}
