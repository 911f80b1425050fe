// What the window's commands do. Which keys they have is `stores/shortcuts`; a focused terminal gets all others.

import type { ActionView, RunView, WindowCommand } from '../api/types';
import type { App } from '../stores/app.svelte';
import { focusActions, openAside, stepArea } from '../stores/focus';
import { closeTerminal, copyLastOutput, createAction, openTerminal } from '../stores/opening';
import { cancelRun, runAction } from '../stores/running';
import { COMMANDS as ALL, placeOf } from '../stores/shortcuts.svelte';
import type { Pane, Side } from '../stores/tree';

/** The shortcut of the action at a place in the list: the first nine have one. */
export function actionKeys(app: App, place: number | undefined): string | undefined {
  const command = `action-${(place ?? 9) + 1}` as WindowCommand;
  return command in ALL ? app.shortcuts.shown(command) || undefined : undefined;
}

export function shortcuts(app: App, event: KeyboardEvent): void {
  if (app.dialogs.open.length > 0 || app.connection.state.kind !== 'ready') return;
  const called = app.shortcuts.called(event);
  if (called === undefined) return;
  if (perform(app, called)) {
    event.preventDefault();
    event.stopPropagation();
  }
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
  'pane-left': (app) => showPane(app, app.layout.beside('left')),
  'pane-right': (app) => showPane(app, app.layout.beside('right')),
  'pane-above': (app) => showPane(app, app.layout.beside('above')),
  'pane-below': (app) => showPane(app, app.layout.beside('below')),
  'next-pane': (app) => showPane(app, app.layout.paneAt(1)),
  'previous-pane': (app) => showPane(app, app.layout.paneAt(-1)),
  'next-area': (app) => stepArea(app, 1),
  'previous-area': (app) => stepArea(app, -1),
  'focus-actions': (app) => void focusActions(app),
  'focus-terminal': (app) => {
    if (app.layout.active === null) return false;
    return app.showTerminal(app.layout.active);
  },
  'tab-left': (app) => moveActive(app, -1),
  'tab-right': (app) => moveActive(app, 1),
  'tab-split-right': (app) => splitOff(app, 'right'),
  'tab-split-down': (app) => splitOff(app, 'below'),
  'tab-next-pane': (app) => moveToPane(app, app.layout.paneAt(1)),
  'tab-previous-pane': (app) => moveToPane(app, app.layout.paneAt(-1)),
  'previous-prompt': (app) => jump(app, -1),
  'next-prompt': (app) => jump(app, 1),
  'copy-output': (app) => {
    if (app.layout.active === null) return false;
    return void copyLastOutput(app, app.layout.active);
  },
  'open-folder': (app) => void app.openFolder(),
  'create-action': (app) => void createAction(app),
  undo: (app) => {
    if (app.actions.undo === null) return false;
    return void app.actions.undo.run();
  },
  'run-again': (app) => {
    const action = actionInFront(app);
    return action === undefined ? false : void runAction(app, action, { again: true });
  },
  'run-details': (app) => {
    const run = runInFront(app);
    return run === undefined ? false : void openAside(app, { kind: 'run', run: run.id });
  },
  'cancel-run': (app) => {
    const run = runInFront(app);
    return run?.status === 'running' ? void cancelRun(app, run) : false;
  },
  problems: (app) => void openAside(app, { kind: 'problems' }),
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

/** Types into a pane from here on; at the edge of the window there is none to go to. */
function showPane(app: App, pane: Pane | undefined): void {
  if (pane?.active) app.showTerminal(pane.active);
}

/** Moves the tab in front to the end of another pane's tabs. */
function moveToPane(app: App, to: Pane): boolean {
  const { pane, active } = app.layout;
  if (active === null || to.id === pane.id) return false;
  app.layout.move(active, to.id, to.tabs.length);
  app.showTerminal(active);
  return true;
}

/** The newest run in the terminal in front. */
function runInFront(app: App): RunView | undefined {
  return app.layout.active === null ? undefined : app.runs.in(app.layout.active);
}

/** Its action, while that is among the buttons. */
function actionInFront(app: App): ActionView | undefined {
  const run = runInFront(app);
  if (!run || (run.scope === 'project' && run.project !== app.projects.current)) return undefined;
  return app.actions.list.actions.find((action) => action.id === run.action && action.scope === run.scope);
}

/** Whether there is anything to do a command with. */
export function applies(app: App, command: WindowCommand): boolean {
  switch (command) {
    case 'undo':
      return app.actions.undo !== null;
    case 'run-again':
      return actionInFront(app) !== undefined;
    case 'run-details':
      return runInFront(app) !== undefined;
    case 'cancel-run':
      return runInFront(app)?.status === 'running';
    case 'tab-next-pane':
    case 'tab-previous-pane':
    case 'next-pane':
    case 'previous-pane':
      return app.layout.panes.length > 1;
    case 'pane-left':
      return app.layout.beside('left') !== undefined;
    case 'pane-right':
      return app.layout.beside('right') !== undefined;
    case 'pane-above':
      return app.layout.beside('above') !== undefined;
    case 'pane-below':
      return app.layout.beside('below') !== undefined;
    default:
      return true;
  }
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
