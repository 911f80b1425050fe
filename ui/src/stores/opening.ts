// What is done with terminals by hand: opening, closing, taking their output along.

import { hasCode } from '../api/error';
import type { App } from './app.svelte';
import { editAction } from './changing';
import { giveBack } from './focus';

export interface Opening {
  /** The folder, if not the project's. */
  cwd?: string | undefined;
  /** Puts the new terminal somewhere else than into the focused pane. */
  place?: (id: string) => void;
  /** A program with its arguments that begins in it. */
  command?: string[];
  /** What its tab is called, if not after the shell. */
  task?: string;
}

/** Opens a shell in the project's folder, in the focused pane. */
export async function openTerminal(
  app: App,
  { cwd, place, command, task }: Opening = {},
): Promise<string | null> {
  try {
    const request = {
      project: app.projects.current,
      cwd: cwd ?? null,
      ...app.viewers.room(),
      person: true,
      ...(command && { command }),
      ...(task !== undefined && { task }),
    };
    const terminal = await app.door.spawn(request);
    app.terminals.meet(terminal);
    place?.(terminal.id);
    app.showTerminal(terminal.id);
    return terminal.id;
  } catch (error) {
    app.toasts.fail('No terminal was opened', error);
    return null;
  }
}

export async function createAction(app: App): Promise<void> {
  try {
    const terminal = await app.door.createAction({ project: app.projects.current });
    app.terminals.meet(terminal);
    app.showTerminal(terminal.id);
  } catch (error) {
    if (hasCode(error, 'claude_missing')) await createFromTemplate(app);
    else app.toasts.fail('No action was created', error);
  }
}

/** Without an agent the user writes the action: a commented template opens in their editor. */
async function createFromTemplate(app: App): Promise<void> {
  const answer = await app.dialogs.confirm(
    'No agent is installed',
    'Claude Code would ask what to automate and write the file. Install it and try again, or fill in a commented ' +
      'template yourself.',
    [
      { value: 'template', label: 'Start from a template', tone: 'primary' },
      { value: 'no', label: 'Cancel' },
    ],
  );
  if (answer !== 'template') return;
  let made;
  try {
    made = await app.door.createTemplate({ project: app.projects.current });
    await app.reloadActions();
  } catch (error) {
    app.toasts.fail('No action was created', error);
    return;
  }
  const { path, label } = made;
  app.toasts.show('Your new action is a template', {
    body: path,
    actions: [{ label: 'Edit', run: () => editAction(app, { path, label }) }],
  });
  void editAction(app, { path, label });
}

/** Ends a terminal and takes its tab away; asks first where something runs in it. */
export async function closeTerminal(app: App, id: string): Promise<void> {
  const known = app.terminals.get(id);
  if (!known) return;
  const focused = Boolean(document.activeElement?.closest(`#region-${id}, #tab-${id}`));
  if (app.terminals.left.has(id)) {
    app.terminals.remove(id);
    takeAway(app, id, focused);
    app.viewers.drop(id);
    return;
  }
  // Something may have begun this very moment: what the host says now decides whether to ask.
  const terminal = await app.door.terminal(id).catch(() => known);
  const run = app.runs.in(id);
  const busy = terminal.state.kind === 'running' || run?.status === 'running';
  if (busy) {
    const what = terminal.state.kind === 'running' ? terminal.state.command : null;
    const answer = await app.dialogs.confirm(
      `Close ${terminal.codename}?`,
      what ? `${what} is still running in it.` : 'Something is still running in it.',
      [
        { value: 'end', label: 'End it', tone: 'danger' },
        { value: 'keep', label: 'Keep running' },
        { value: 'no', label: 'Cancel' },
      ],
    );
    if (answer === 'keep') takeAway(app, id, focused);
    if (answer !== 'end') return;
  }
  try {
    const { survivors } = await app.door.kill(id);
    app.terminals.remove(id);
    takeAway(app, id, focused);
    app.viewers.drop(id);
    if (survivors.length > 0) {
      app.toasts.show(`${terminal.codename} left processes behind`, {
        body: `They live on: ${survivors.join(', ')}`,
      });
    }
  } catch (error) {
    app.toasts.fail(`${terminal.codename} could not be closed`, error);
  }
}

/** Takes a tab away; whoever worked in it goes on in the one that comes to the front. */
function takeAway(app: App, id: string, focused: boolean): void {
  app.layout.hide(id);
  if (!focused) return;
  if (app.layout.active) app.showTerminal(app.layout.active);
  else void giveBack(app);
}

/** Copies what the last command in a terminal printed. */
export async function copyLastOutput(app: App, id: string): Promise<void> {
  try {
    const copied = await app.viewers.get(id)?.copyLastOutput();
    app.toasts.show(copied ? 'The output was copied' : 'No command has ended here yet');
  } catch (error) {
    app.toasts.fail('The output could not be copied', error);
  }
}
