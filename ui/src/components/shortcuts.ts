// The window's shortcuts. A focused terminal gets every key that is not listed here.

import type { App } from '../stores/app.svelte';
import { closeTerminal, openTerminal } from '../stores/opening';
import { runAction } from '../stores/running';
import { MAC } from '../terminal/keys';

/** What the palette and tooltips show. */
export const KEYS = MAC
  ? {
      palette: '⌘K',
      open: '⌘T',
      close: '⌘W',
      splitRight: '⌘D',
      splitDown: '⇧⌘D',
      find: '⌘F',
      sidebar: '⌘B',
      previousPrompt: '⌘↑',
      nextPrompt: '⌘↓',
      tabLeft: '⌃⇧PageUp',
      tabRight: '⌃⇧PageDown',
    }
  : {
      palette: 'Ctrl+Shift+P',
      open: 'Ctrl+Shift+T',
      close: 'Ctrl+Shift+W',
      splitRight: 'Ctrl+Shift+D',
      splitDown: 'Ctrl+Shift+E',
      find: 'Ctrl+Shift+F',
      sidebar: 'Ctrl+Shift+B',
      previousPrompt: 'Ctrl+Shift+↑',
      nextPrompt: 'Ctrl+Shift+↓',
      tabLeft: 'Ctrl+Shift+PageUp',
      tabRight: 'Ctrl+Shift+PageDown',
    };

/** The shortcut of the action at a place in the list: the first nine have one. */
export function actionKeys(place: number | undefined): string | undefined {
  if (place === undefined || place > 8) return undefined;
  return MAC ? `⌃${place + 1}` : `Ctrl+Shift+${place + 1}`;
}

export function shortcuts(app: App, event: KeyboardEvent): void {
  const command = commandOf(event);
  if (!command) return;
  if (app.dialogs.open.length > 0) return;
  if (run(app, command)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

type Command =
  | { do: 'palette' | 'open' | 'close' | 'split-right' | 'split-down' | 'sidebar' }
  | { do: 'tab'; at: number }
  | { do: 'action'; at: number }
  | { do: 'step'; by: 1 | -1 }
  | { do: 'move'; by: 1 | -1 }
  | { do: 'pane'; by: 1 | -1 };

function commandOf(event: KeyboardEvent): Command | undefined {
  const { code, ctrlKey, shiftKey, metaKey, altKey } = event;
  const inTerminal = event.target instanceof Element && event.target.closest('.xterm') !== null;
  const ours = MAC ? metaKey && !ctrlKey : ctrlKey && shiftKey && !altKey;
  if (code === 'KeyK' && !altKey && !shiftKey && (MAC ? metaKey : ctrlKey && !inTerminal))
    return { do: 'palette' };
  if (code === 'KeyP' && shiftKey && (metaKey || ctrlKey)) return { do: 'palette' };
  if (ctrlKey && code === 'Tab') return { do: 'step', by: shiftKey ? -1 : 1 };
  if (ctrlKey && shiftKey && code === 'PageDown') return { do: 'move', by: 1 };
  if (ctrlKey && shiftKey && code === 'PageUp') return { do: 'move', by: -1 };
  if (ctrlKey && code === 'PageDown') return { do: 'step', by: 1 };
  if (ctrlKey && code === 'PageUp') return { do: 'step', by: -1 };
  if (ctrlKey && altKey && (code === 'ArrowRight' || code === 'ArrowDown')) return { do: 'pane', by: 1 };
  if (ctrlKey && altKey && (code === 'ArrowLeft' || code === 'ArrowUp')) return { do: 'pane', by: -1 };
  const digit = /^Digit([1-9])$/.exec(code)?.[1];
  if (digit && (MAC ? metaKey : altKey && !ctrlKey && !metaKey)) return { do: 'tab', at: Number(digit) - 1 };
  if (digit && (MAC ? ctrlKey && !metaKey : ctrlKey && shiftKey) && !altKey)
    return { do: 'action', at: Number(digit) - 1 };
  if (!ours) return undefined;
  switch (code) {
    case 'KeyT':
      return { do: 'open' };
    case 'KeyW':
      return { do: 'close' };
    case 'KeyD':
      return { do: MAC && shiftKey ? 'split-down' : 'split-right' };
    case 'KeyE':
      return { do: 'split-down' };
    case 'KeyB':
      return { do: 'sidebar' };
    default:
      return undefined;
  }
}

function run(app: App, command: Command): boolean {
  const { layout } = app;
  switch (command.do) {
    case 'palette':
      void app.dialogs.ask({ kind: 'palette' });
      return true;
    case 'open':
      void openTerminal(app);
      return true;
    case 'close':
      if (layout.active) void closeTerminal(app, layout.active);
      return layout.active !== null;
    case 'split-right':
    case 'split-down':
      void splitActive(app, command.do === 'split-right' ? 'right' : 'below');
      return true;
    case 'sidebar':
      layout.sidebar = !layout.sidebar;
      return true;
    case 'tab': {
      const id = layout.pane.tabs[command.at];
      if (id) app.showTerminal(id);
      return id !== undefined;
    }
    case 'action': {
      const action = [...app.actions.places.keys()][command.at];
      if (action) void runAction(app, action);
      return action !== undefined;
    }
    case 'step': {
      const id = layout.step(command.by);
      if (id) app.showTerminal(id);
      return id !== undefined;
    }
    case 'move':
      return moveActive(app, command.by);
    case 'pane': {
      const at = layout.panes.indexOf(layout.pane);
      const next = layout.panes[(at + command.by + layout.panes.length) % layout.panes.length];
      if (next?.active) app.showTerminal(next.active);
      return true;
    }
  }
}

/** Opens a shell beside the terminal in front, in the same folder. A tab itself is moved by dragging it. */
export async function splitActive(app: App, side: 'right' | 'below'): Promise<void> {
  const { pane, active } = app.layout;
  const cwd = active === null ? undefined : app.terminals.get(active)?.cwd;
  await openTerminal(app, { cwd, place: (id) => app.layout.split(pane.id, side, id) });
}

/** Moves the tab in front by one place. */
export function moveActive(app: App, by: 1 | -1): boolean {
  const { pane, active } = app.layout;
  if (active === null) return false;
  const to = pane.tabs.indexOf(active) + by;
  if (to < 0 || to >= pane.tabs.length) return true;
  app.layout.move(active, pane.id, to);
  app.showTerminal(active);
  return true;
}
