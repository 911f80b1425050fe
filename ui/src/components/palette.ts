// Everything that can be done from the palette: actions, terminals, projects and commands. Finding some of it by a few
// letters is `palette-search`.

import type { ActionView, Config, WindowCommand } from '../api/types';
import type { App } from '../stores/app.svelte';
import { deleteAction, duplicateAction, editAction, refTo, resetAction } from '../stores/changing';
import { quit } from '../stores/leaving';
import { cancelRun, runAction } from '../stores/running';
import type { Changes } from '../stores/settings.svelte';
import { COMMANDS, placeOf } from '../stores/shortcuts.svelte';
import { actionKeys, applies, perform } from './shortcuts';
import { fileName, progressWords, shortPath } from './words';

export interface PaletteEntry {
  id: string;
  group: 'Actions' | 'Terminals' | 'Projects' | 'Commands';
  label: string;
  /** An action's own icon; the other groups have one each. */
  icon?: string;
  detail?: string;
  keys?: string;
  run: () => unknown;
}

/** Commands as the palette lists them: it is open itself already, and has each terminal and action by name. */
const COMMAND_NAMES = (Object.keys(COMMANDS) as WindowCommand[]).filter(
  (name) => name !== 'palette' && placeOf(name) === null,
);
const NEEDS_TERMINAL = new Set<WindowCommand>([
  'close-terminal',
  'split-right',
  'split-down',
  'find',
  'next-tab',
  'previous-tab',
  'focus-terminal',
  'tab-left',
  'tab-right',
  'tab-split-right',
  'tab-split-down',
  'previous-prompt',
  'next-prompt',
  'copy-output',
]);
const THEMES: [Config['theme'], string][] = [
  ['light', 'Theme: light'],
  ['dark', 'Theme: dark'],
  ['system', 'Theme: as the system'],
];

/** What stands there before anything is typed. */
export function paletteEntries(app: App): PaletteEntry[] {
  const active = app.layout.active;
  return [
    ...app.actions.list.actions
      .filter((action) => action.health !== 'broken')
      .map((action): PaletteEntry => ({
        id: `action/${action.scope}/${action.id}`,
        group: 'Actions',
        label: action.label,
        icon: action.icon,
        detail: action.description ?? '',
        ...shortcutOf(app, action),
        run: () => runAction(app, action),
      })),
    ...app.terminals.list.map((terminal): PaletteEntry => ({
      id: `terminal/${terminal.id}`,
      group: 'Terminals',
      label: `${terminal.task} ${terminal.codename}`,
      detail: shortPath(terminal.cwd),
      run: () => app.showTerminal(terminal.id),
    })),
    ...app.projects.list
      .filter((project) => project.exists)
      .map((project): PaletteEntry => ({
        id: `project/${project.path}`,
        group: 'Projects',
        label: project.name,
        detail: shortPath(project.path),
        run: () => app.chooseProject(project.path),
      })),
    ...[...app.runs.byId.values()]
      .filter((run) => run.status === 'running')
      .map((run): PaletteEntry => ({
        id: `cancel/${run.id}`,
        group: 'Commands',
        label: `Cancel ${run.label}`,
        detail: progressWords(run, Date.now()),
        run: () => cancelRun(app, run),
      })),
    ...COMMAND_NAMES.filter(
      (name) => (active !== null || !NEEDS_TERMINAL.has(name)) && applies(app, name),
    ).map((name): PaletteEntry => ({
      id: name,
      group: 'Commands',
      label: COMMANDS[name].label,
      ...(name === 'undo' && app.actions.undo ? { detail: app.actions.undo.of } : {}),
      keys: app.shortcuts.shown(name),
      run: () => perform(app, name),
    })),
    {
      id: 'deleted',
      group: 'Commands',
      label: 'Deleted actions…',
      run: () => app.dialogs.ask({ kind: 'deleted', actions: app.actions.list.deleted }),
    },
    {
      id: 'bigger',
      group: 'Commands',
      label: 'Larger terminal text',
      run: () => change(app, { 'font-size': Math.min(32, app.settings.config['font-size'] + 1) }),
    },
    {
      id: 'smaller',
      group: 'Commands',
      label: 'Smaller terminal text',
      run: () => change(app, { 'font-size': Math.max(8, app.settings.config['font-size'] - 1) }),
    },
    {
      id: 'reader',
      group: 'Commands',
      label: `Screen reader mode: ${app.settings.config['screen-reader-mode'] ? 'off' : 'on'}`,
      run: () => change(app, { 'screen-reader-mode': !app.settings.config['screen-reader-mode'] }),
    },
    ...(app.native.desktop
      ? [{ id: 'quit', group: 'Commands' as const, label: 'Quit', run: () => quit(app) }]
      : []),
    ...THEMES.map(([theme, label]): PaletteEntry => ({
      id: theme,
      group: 'Commands',
      label,
      run: () => change(app, { theme }),
    })),
  ];
}

/** Listed only when they are looked for, since there are many: what each action's menu offers besides running it. */
export function soughtEntries(app: App): PaletteEntry[] {
  return app.actions.list.actions.flatMap((action) => changesOf(app, action));
}

function changesOf(app: App, action: ActionView): PaletteEntry[] {
  const { label } = action;
  const entry = (id: string, label: string, run: () => unknown): PaletteEntry => ({
    id: `${id}/${action.scope}/${action.id}`,
    group: 'Actions',
    label,
    icon: action.icon,
    detail: fileName(action.path),
    run,
  });
  const of = refTo(app, action);
  return [
    entry('edit', `Edit ${label}`, () => editAction(app, action)),
    entry('duplicate', `Duplicate ${label}`, () => duplicateAction(app, action)),
    entry('history', `History of ${label}`, () =>
      app.dialogs.ask({ kind: 'history', of, label, deleted: false }),
    ),
    action.default
      ? entry('reset', `Reset ${label} to Default`, () => resetAction(app, action))
      : entry('delete', `Delete ${label}`, () => deleteAction(app, action)),
  ];
}

async function change(app: App, changes: Changes): Promise<void> {
  const refused = await app.settings.change(changes);
  if (refused !== null) app.toasts.show('The setting was not changed', { tone: 'bad', body: refused });
}

function shortcutOf(app: App, action: ActionView): { keys?: string } {
  const keys = actionKeys(app, app.actions.places.get(action));
  return keys === undefined ? {} : { keys };
}
