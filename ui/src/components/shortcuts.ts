// What the window's commands do. Which keys they have is `stores/shortcuts`; a focused terminal gets all others.

import { tick } from 'svelte';

import type { WindowCommand } from '../api/types';
import type { App } from '../stores/app.svelte';
import { closeTerminal, copyLastOutput, createAction, openTerminal } from '../stores/opening';
import { runAction } from '../stores/running';
import { COMMANDS as ALL, placeOf } from '../stores/shortcuts.svelte';
import type { Side } from '../stores/tree';

/** The shortcut of the action at a place in the list: the first nine have one. */
export function actionKeys(app: App, place: number | undefined): string | undefined {
  const command = `action-${(place ?? 9) + 1}` as WindowCommand;
  return command in ALL ? app.shortcuts.shown(command) || undefined : undefined;
}

export function shortcuts(app: App, event: KeyboardEvent): void {
  if (app.dialogs.open.length > 0 || app.connection.state.kind !== 'ready') return;
  const called = app.shortcuts.called(event);
  if (called === undefined) return;
  if (perform(app, onward(called))) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** There are two places to go through: keys that lead to where the focus is already lead to the other one. */
function onward(command: WindowCommand): WindowCommand {
  const at = document.activeElement;
  if (command === 'focus-actions' && at?.closest('.actions')) return 'focus-terminal';
  if (command === 'focus-terminal' && at?.closest('.viewer')) return 'focus-actions';
  return command;
}

/** Does what a command says; answers whether there was anything to do it with. */
export function perform(app: App, command: WindowCommand): boolean {
  const place = placeOf(command);
  return place ? goTo(app, place) : COMMANDS[command]?.(app) !== false;
}

const COMMANDS: Partial<Record<WindowCommand, (app: App) => unknown>> = {
  palette: (app) => void app.dialogs.ask({ kind: 'palette' }),
  settings: (app) => void app.dialogs.ask({ kind: 'settings' }),
  'new-terminal': (app) => void openTerminal(app),
  'close-terminal': (app) => {
    if (app.layout.active === null) return false;
    return void closeTerminal(app, app.layout.active);
  },
  'split-right': (app) => void splitActive(app, 'right'),
  'split-down': (app) => void splitActive(app, 'below'),
  find: (app) => {
    if (app.layout.active === null) return false;
    app.finding = app.layout.active;
    return true;
  },
  sidebar: (app) => void (app.layout.sidebar = !app.layout.sidebar),
  'next-tab': (app) => step(app, 1),
  'previous-tab': (app) => step(app, -1),
  'next-pane': (app) => stepPane(app, 1),
  'previous-pane': (app) => stepPane(app, -1),
  'focus-actions': (app) => void focusActions(app),
  'focus-terminal': (app) => {
    if (app.layout.active === null) return false;
    return app.showTerminal(app.layout.active);
  },
  'tab-left': (app) => moveActive(app, -1),
  'tab-right': (app) => moveActive(app, 1),
  'tab-split-right': (app) => splitOff(app, 'right'),
  'tab-split-down': (app) => splitOff(app, 'below'),
  'previous-prompt': (app) => jump(app, -1),
  'next-prompt': (app) => jump(app, 1),
  'copy-output': (app) => {
    if (app.layout.active === null) return false;
    return void copyLastOutput(app, app.layout.active);
  },
  'open-folder': (app) => void app.openFolder(),
  'create-action': (app) => void createAction(app),
};

/** Shows the tab, or runs the action, at a place. */
function goTo(app: App, { what, at }: { what: 'tab' | 'action'; at: number }): boolean {
  if (what === 'action') {
    const action = [...app.actions.places.keys()][at];
    if (action) void runAction(app, action);
    return action !== undefined;
  }
  const id = app.layout.pane.tabs[at];
  if (id) app.showTerminal(id);
  return id !== undefined;
}

function step(app: App, by: 1 | -1): boolean {
  const id = app.layout.step(by);
  if (id) app.showTerminal(id);
  return id !== undefined;
}

function stepPane(app: App, by: 1 | -1): void {
  const { layout } = app;
  const at = layout.panes.indexOf(layout.pane);
  const next = layout.panes[(at + by + layout.panes.length) % layout.panes.length];
  if (next?.active) app.showTerminal(next.active);
}

/** Goes to the action that Tab would reach, or to what stands there where none is. */
async function focusActions(app: App): Promise<void> {
  app.layout.sidebar = true;
  app.layout.fold('actions', false);
  await tick();
  const find = (selector: string) => document.querySelector<HTMLElement>(`.actions ${selector}`);
  (find('[data-stop][tabindex="0"]') ?? find('.create'))?.focus();
}

/** Opens a shell beside the terminal in front, in the same folder. */
export async function splitActive(app: App, side: 'right' | 'below'): Promise<void> {
  const { pane, active } = app.layout;
  const cwd = active === null ? undefined : app.terminals.get(active)?.cwd;
  await openTerminal(app, { cwd, place: (id) => app.layout.split(pane.id, side, id) });
}

/** Moves the tab in front into a pane of its own. */
function splitOff(app: App, side: Side): boolean {
  const { pane, active } = app.layout;
  if (active === null) return false;
  app.layout.split(pane.id, side, active);
  app.showTerminal(active);
  return true;
}

function jump(app: App, by: 1 | -1): boolean {
  const { active } = app.layout;
  return active !== null && app.viewers.get(active)?.jump(by) === true;
}

/** Moves the tab in front by one place. */
function moveActive(app: App, by: 1 | -1): boolean {
  const { pane, active } = app.layout;
  if (active === null) return false;
  const to = pane.tabs.indexOf(active) + by;
  if (to < 0 || to >= pane.tabs.length) return true;
  app.layout.move(active, pane.id, to);
  app.showTerminal(active);
  return true;
}
