// Everything that can be done from the palette: actions, terminals, projects and commands.

import { computeCommandScore } from 'bits-ui';

import type { App } from '../stores/app.svelte';
import { closeTerminal, copyLastOutput, createAction, openTerminal } from '../stores/opening';
import { cancelRun, runAction } from '../stores/running';
import type { Side } from '../stores/tree';
import type { ActionView } from '../api/types';
import { KEYS, actionKeys, moveActive, splitActive } from './shortcuts';
import { progressWords, shortPath } from './words';

export interface PaletteEntry {
  id: string;
  group: 'Actions' | 'Terminals' | 'Projects' | 'Commands';
  label: string;
  detail?: string;
  keys?: string;
  run: () => unknown;
}

export function paletteEntries(app: App): PaletteEntry[] {
  const active = app.layout.active;
  return [
    ...app.actions.list.actions
      .filter((action) => action.health !== 'broken')
      .map((action): PaletteEntry => ({
        id: `action/${action.scope}/${action.id}`,
        group: 'Actions',
        label: action.label,
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
    { id: 'folder', group: 'Commands', label: 'Open folder…', run: () => app.openFolder() },
    { id: 'open', group: 'Commands', label: 'New terminal', keys: KEYS.open, run: () => openTerminal(app) },
    { id: 'create', group: 'Commands', label: 'Create action', run: () => createAction(app) },
    {
      id: 'deleted',
      group: 'Commands',
      label: 'Deleted actions…',
      run: () => app.dialogs.ask({ kind: 'deleted', ids: app.actions.list.deleted }),
    },
    {
      id: 'problems',
      group: 'Commands',
      label: 'Show problems',
      run: () => (app.layout.aside = { kind: 'problems' }),
    },
    {
      id: 'sidebar',
      group: 'Commands',
      label: 'Show or hide the sidebar',
      keys: KEYS.sidebar,
      run: () => (app.layout.sidebar = !app.layout.sidebar),
    },
    ...(active === null
      ? []
      : ([
          {
            id: 'right',
            group: 'Commands',
            label: 'Split right',
            keys: KEYS.splitRight,
            run: () => splitActive(app, 'right'),
          },
          {
            id: 'down',
            group: 'Commands',
            label: 'Split down',
            keys: KEYS.splitDown,
            run: () => splitActive(app, 'below'),
          },
          {
            id: 'off-right',
            group: 'Commands',
            label: 'Move tab into a split at the right',
            run: () => splitOff(app, active, 'right'),
          },
          {
            id: 'off-down',
            group: 'Commands',
            label: 'Move tab into a split below',
            run: () => splitOff(app, active, 'below'),
          },
          {
            id: 'tab-left',
            group: 'Commands',
            label: 'Move tab left',
            keys: KEYS.tabLeft,
            run: () => moveActive(app, -1),
          },
          {
            id: 'tab-right',
            group: 'Commands',
            label: 'Move tab right',
            keys: KEYS.tabRight,
            run: () => moveActive(app, 1),
          },
          {
            id: 'find',
            group: 'Commands',
            label: 'Find in terminal',
            keys: KEYS.find,
            run: () => (app.finding = active),
          },
          {
            id: 'previous-prompt',
            group: 'Commands',
            label: 'Go to the prompt before',
            keys: KEYS.previousPrompt,
            run: () => app.viewers.get(active)?.jump(-1),
          },
          {
            id: 'next-prompt',
            group: 'Commands',
            label: 'Go to the next prompt',
            keys: KEYS.nextPrompt,
            run: () => app.viewers.get(active)?.jump(1),
          },
          {
            id: 'copy-output',
            group: 'Commands',
            label: 'Copy the last command’s output',
            run: () => copyLastOutput(app, active),
          },
          {
            id: 'close',
            group: 'Commands',
            label: 'Close terminal',
            keys: KEYS.close,
            run: () => closeTerminal(app, active),
          },
        ] satisfies PaletteEntry[])),
    {
      id: 'bigger',
      group: 'Commands',
      label: 'Larger terminal text',
      run: () => (app.settings.fontSize += 1),
    },
    {
      id: 'smaller',
      group: 'Commands',
      label: 'Smaller terminal text',
      run: () => (app.settings.fontSize -= 1),
    },
    { id: 'light', group: 'Commands', label: 'Theme: light', run: () => (app.settings.theme = 'light') },
    { id: 'dark', group: 'Commands', label: 'Theme: dark', run: () => (app.settings.theme = 'dark') },
    {
      id: 'system',
      group: 'Commands',
      label: 'Theme: as the system',
      run: () => (app.settings.theme = 'system'),
    },
  ];
}

function splitOff(app: App, id: string, side: Side): void {
  app.layout.split(app.layout.pane.id, side, id);
  app.showTerminal(id);
}

function shortcutOf(app: App, action: ActionView): { keys?: string } {
  const keys = actionKeys(app.actions.places.get(action));
  return keys === undefined ? {} : { keys };
}

/** As many as one looks through; a letter more brings the rest. */
const SHOWN = 40;
/** How many of each kind stand there before anything is typed. */
const FIRST: Record<PaletteEntry['group'], number> = {
  Actions: 10,
  Terminals: 10,
  Projects: 5,
  Commands: 40,
};

/** The entries that fit what was typed, best first, under their headings. */
export function found(entries: PaletteEntry[], text: string): { name: string; entries: PaletteEntry[] }[] {
  const wanted = text.trim();
  if (wanted === '') {
    return grouped(entries).map(({ name, entries }) => ({ name, entries: entries.slice(0, FIRST[name]) }));
  }
  const scored = entries
    .map((entry) => ({ entry, score: computeCommandScore(entry.label, wanted, [entry.group]) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  return grouped(scored.slice(0, SHOWN).map(({ entry }) => entry));
}

/** Groups in the order of their best entry. */
function grouped(entries: PaletteEntry[]): { name: PaletteEntry['group']; entries: PaletteEntry[] }[] {
  const groups = Map.groupBy(entries, (entry) => entry.group);
  return [...groups].map(([name, entries]) => ({ name, entries }));
}
