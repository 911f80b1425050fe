// What the menu and the history do to an action's file. Each of them can be undone from its toast.

import { hasCode } from '../api/error';
import type { ActionRef } from '../api/door';
import type { ActionView, HostEvent, Undo, Version } from '../api/types';
import type { App } from './app.svelte';
import type { Place } from '../native/native';
import { openTerminal } from './opening';
import type { ToastAction } from './toasts.svelte';

/** The action as the door's operations name it. */
export function refTo(app: App, action: Pick<ActionView, 'id' | 'scope'>): ActionRef {
  const project = action.scope === 'project' ? app.projects.current : null;
  return { id: action.id, scope: action.scope, project };
}

export async function deleteAction(app: App, action: ActionView): Promise<void> {
  const answer = await app.dialogs.confirm(
    `Delete ${action.label}?`,
    action.scope === 'project'
      ? 'Its file leaves the project’s folder. The history keeps it.'
      : 'Its file goes. The history keeps it.',
    [
      { value: 'delete', label: 'Delete', tone: 'danger' },
      { value: 'no', label: 'Cancel' },
    ],
  );
  if (answer !== 'delete') return;
  await change(app, action.label, 'deleted', refTo(app, action), () =>
    app.door.deleteAction(refTo(app, action)),
  );
}

export async function resetAction(app: App, action: ActionView): Promise<void> {
  const answer = await app.dialogs.confirm(
    `Reset ${action.label} to its default?`,
    'The shipped version comes back. Yours stays in the history.',
    [
      { value: 'reset', label: 'Reset to Default', tone: 'danger' },
      { value: 'no', label: 'Cancel' },
    ],
  );
  if (answer !== 'reset') return;
  await change(app, action.label, 'reset', refTo(app, action), () => app.door.reset(action.id));
}

/** Brings a version back; answers whether it is back. */
export async function restoreVersion(
  app: App,
  of: ActionRef,
  label: string,
  version: Version,
): Promise<boolean> {
  return change(app, label, 'restored', of, () => app.door.restore(of, version.timestamp));
}

export async function duplicateAction(app: App, action: ActionView): Promise<void> {
  try {
    const copy = await copyOf(app, refTo(app, action));
    if (!copy) return;
    app.toasts.show(`${copy.label} was made`, {
      tone: 'good',
      body: copy.path,
      actions: [{ label: 'Edit', run: () => editAction(app, copy) }],
    });
    await app.reloadActions();
  } catch (error) {
    app.toasts.fail(`${action.label} could not be duplicated`, error);
  }
}

/** The copy runs without a question, so that it is asked before; null when the user does not trust it. */
async function copyOf(app: App, of: ActionRef, trust?: string): Promise<ActionView | null> {
  try {
    return await app.door.duplicate(of, trust);
  } catch (error) {
    if (!hasCode(error, 'untrusted') && !hasCode(error, 'changed')) throw error;
    const { project, scope } = of;
    const preview = await app.door.preview(of.id, { project, scope, inputs: {} });
    const accepted = await app.dialogs.trust(preview, 'duplicate');
    return accepted === null ? null : copyOf(app, of, accepted);
  }
}

/** Opens an action's file, at the given place, else where the first error is. One that is open is gone to. */
export async function editAction(
  app: App,
  action: Pick<ActionView, 'label' | 'path'> & { problems?: ActionView['problems'] },
  at?: Place,
): Promise<void> {
  const error = action.problems?.find((problem) => problem.severity === 'error');
  const open = app.editing.get(action.path);
  if (open !== undefined && isBusy(app, open)) {
    app.showTerminal(open);
    return;
  }
  try {
    const editors = {
      setting: app.settings.config.editor ?? null,
      login: app.settings.view?.editors ?? [],
    };
    const place = at ?? error;
    const command = await app.native.openInEditor(
      action.path,
      place && { line: place.line, column: place.column },
      editors,
    );
    if (!command) return;
    const task = `Edit ${action.path.slice(action.path.lastIndexOf('/') + 1)}`;
    const terminal = await openTerminal(app, { command, task });
    if (terminal !== null) app.editing.set(action.path, terminal);
  } catch (error) {
    app.toasts.fail(`${action.label} could not be opened`, error);
  }
}

/** Whether what was typed at a terminal's first prompt is still at work, or is yet to begin. */
function isBusy(app: App, id: string): boolean {
  const state = app.terminals.get(id)?.state;
  if (state === undefined || state.kind === 'exited') return false;
  return state.kind !== 'at_prompt' || state.last_exit === null;
}

async function change(
  app: App,
  label: string,
  done: 'deleted' | 'reset' | 'restored',
  of: ActionRef,
  act: () => Promise<Undo>,
): Promise<boolean> {
  try {
    const undo = await act();
    const said = done === 'reset' ? `${label} is the default again` : `${label} was ${done}`;
    const back = undoing(app, label, of, undo);
    const toast = app.toasts.show(said, { tone: 'good', actions: [back] });
    app.actions.undo = {
      of: said,
      run: () => {
        app.toasts.dismiss(toast);
        return back.run();
      },
    };
    await app.reloadActions();
    return true;
  } catch (error) {
    app.toasts.fail(`${label} could not be ${done}`, error);
    return false;
  }
}

function undoing(app: App, label: string, of: ActionRef, undo: Undo): ToastAction {
  const back = () =>
    undo.timestamp === null ? app.door.deleteAction(of) : app.door.restore(of, undo.timestamp);
  return {
    label: 'Undo',
    run: async () => {
      try {
        await back();
        app.actions.undo = null;
        app.toasts.show(`${label} is as it was before`);
        await app.reloadActions();
      } catch (error) {
        app.toasts.fail(`${label} could not be brought back to what it was`, error);
      }
    },
  };
}

/** What a notice of the host offers: to bring a version back that the app itself replaced. */
export function offersOf(app: App, notice: Extract<HostEvent, { event: 'notice' }>): ToastAction[] {
  const { action, restore } = notice;
  if (action === null || restore === null) return [];
  const of: ActionRef = { id: action, scope: 'user', project: null };
  const bring = (): Promise<boolean> =>
    change(app, action, 'restored', of, () => app.door.restore(of, restore));
  const keep = async (): Promise<void> => {
    if (!(await bring())) return;
    try {
      const copy = await app.door.duplicate(of);
      await app.door.reset(action);
      app.toasts.show(`Yours is ${copy.label} now`, { tone: 'good', body: 'The default is as shipped.' });
    } catch (error) {
      app.toasts.fail('Yours could not be kept as a new action', error);
    }
  };
  const offers: ToastAction[] = [{ label: 'Restore mine', run: bring }];
  if (notice.code === 'default_overwritten') offers.push({ label: 'Keep mine as a new action', run: keep });
  return offers;
}
