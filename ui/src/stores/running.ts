// What a click on a quick action does: from the button to a run that is on screen.

import { hasCode, type DoorError } from '../api/error';
import type { ActionView, ExecuteRequest, RunView } from '../api/types';
import type { App } from './app.svelte';
import { editAction } from './changing';

export interface Wish {
  /** Values that are known already: then the form is not shown. */
  inputs?: Record<string, string>;
  /** Start another run although one of this action is at work. */
  again?: boolean;
}

/** Runs an action, asking what has to be asked first: values, trust, a broken file. */
export async function runAction(app: App, action: ActionView, wish: Wish = {}): Promise<RunView | null> {
  const name = `${action.scope}/${action.id}`;
  if (app.runs.starting.has(name)) return null;
  app.runs.starting.add(name);
  try {
    return await ask(app, action, wish);
  } finally {
    app.runs.starting.delete(name);
  }
}

async function ask(app: App, action: ActionView, wish: Wish): Promise<RunView | null> {
  const project = app.projects.here;
  const active = app.runs.of(action, project);
  if (active?.status === 'running' && !wish.again) {
    app.showTerminal(active.terminal);
    app.toasts.show(`${action.label} is running`, {
      body: 'Its terminal is in front now.',
      actions: [{ label: 'Run again', run: () => runAction(app, action, { ...wish, again: true }) }],
    });
    return null;
  }
  if (action.health === 'broken') {
    app.layout.aside = { kind: 'problems' };
    // Not waited for: an editor may stay open for days, and the button is for clicking again.
    void editAction(app, action);
    return null;
  }
  const request: ExecuteRequest = { project, scope: action.scope, ...app.viewers.room() };
  if (action.health === 'stale') {
    if (!(await confirmStale(app, action))) return null;
    request.stale = true;
  }
  if (wish.inputs) {
    request.inputs = wish.inputs;
  } else if (action.inputs.length > 0) {
    const values = await app.dialogs.inputs(action);
    if (!values) return null;
    request.inputs = values;
  }
  request.terminal = reusable(app, active);
  if (!action.trusted) {
    // Asked before the host has to refuse: what is known to be untrusted is no error.
    const trusted = await askTrust(app, action, request);
    return trusted && start(app, action, trusted);
  }
  return start(app, action, request);
}

/** Runs the user's own action that the project's hides. */
export async function runOverridden(app: App, action: ActionView): Promise<void> {
  try {
    const { action: mine } = await app.door.action({ id: action.id, scope: 'user', project: null });
    await runAction(app, mine);
  } catch (error) {
    app.toasts.fail(`Your own ${action.label} could not be run`, error);
  }
}

export async function cancelRun(app: App, run: RunView): Promise<void> {
  try {
    await app.door.cancel(run.id);
    app.toasts.show(`${run.label} was cancelled`, {
      body: 'The program in its terminal was left alone.',
      actions: [
        {
          label: 'Stop command',
          run: () => app.door.write(run.terminal, new Uint8Array([3])).catch(() => undefined),
        },
      ],
    });
  } catch (error) {
    app.toasts.fail(`${run.label} could not be cancelled`, error);
  }
}

async function start(app: App, action: ActionView, request: ExecuteRequest): Promise<RunView | null> {
  try {
    const run = await app.door.execute(action.id, request);
    app.runs.meet(run);
    app.runs.own.add(run.id);
    app.dialogs.drafts.delete(action.path);
    if (!app.terminals.get(run.terminal)) {
      for (const terminal of await app.door.terminals()) app.terminals.meet(terminal);
    }
    app.showTerminal(run.terminal);
    // The host remembers what was accepted and given: the mark goes, and the next form has the values.
    if (request.trust || action.inputs.length > 0) void app.reloadActions();
    return run;
  } catch (error) {
    if (hasCode(error, 'untrusted')) {
      // The file changed since it was listed, or since it was accepted.
      const trusted = await askTrust(app, action, request);
      return trusted && start(app, action, trusted);
    }
    if (isRefusal(error)) {
      const corrected = await askAgain(app, action, request, error);
      return corrected && start(app, action, corrected);
    }
    // The terminal that was to be used again has something else to do by now, or is not as the action asks.
    if (['terminal_busy', 'terminal_differs', 'unknown_terminal'].some((code) => hasCode(error, code))) {
      return start(app, action, { ...request, terminal: null });
    }
    // What is wrong may be the folder, which nobody mends in the file.
    const here = !(await missed(app, request.project, error));
    const offers = here ? [{ label: 'Open file', run: () => editAction(app, action) }] : [];
    app.toasts.fail(`${action.label} did not start`, error, offers);
    return null;
  }
}

/** Whether it failed because the chosen project's folder is gone; its card is there then. */
async function missed(app: App, project: string | null | undefined, error: unknown): Promise<boolean> {
  if (!project || !hasCode(error, 'unknown_project')) return false;
  await app.reloadActions();
  return true;
}

/** The request with the user's trust in what it would type; null when they changed their mind. */
async function askTrust(
  app: App,
  action: ActionView,
  request: ExecuteRequest,
): Promise<ExecuteRequest | null> {
  const { project, scope, inputs } = request;
  try {
    const trust = await app.dialogs.trust(
      await app.door.preview(action.id, { project, scope, inputs: inputs ?? {} }),
    );
    return trust === null ? null : { ...request, trust };
  } catch (error) {
    if (isRefusal(error)) {
      const corrected = await askAgain(app, action, request, error);
      return corrected && askTrust(app, action, corrected);
    }
    app.toasts.fail(`What ${action.label} would do could not be read`, error);
    return null;
  }
}

/** Whether the host wants other values. */
function isRefusal(error: unknown): error is DoorError {
  return hasCode(error, 'missing_input') || hasCode(error, 'bad_input');
}

/** The request with other values: the form comes back with what was typed and why the host refused it. */
async function askAgain(
  app: App,
  action: ActionView,
  request: ExecuteRequest,
  { message }: DoorError,
): Promise<ExecuteRequest | null> {
  const inputs = await app.dialogs.inputs(action, { message, values: request.inputs ?? {} });
  return inputs && { ...request, inputs };
}

async function confirmStale(app: App, action: ActionView): Promise<boolean> {
  const problem = action.problems[0];
  const answer = await app.dialogs.confirm(
    `${action.label} has a problem`,
    problem
      ? `Line ${problem.line}: ${problem.message}. The last version that worked can still run.`
      : 'Its file is broken. The last version that worked can still run.',
    [
      { value: 'run', label: 'Run the last good version', tone: 'primary' },
      { value: 'edit', label: 'Open file' },
      { value: 'no', label: 'Cancel' },
    ],
  );
  if (answer === 'edit') void editAction(app, action, problem);
  return answer === 'run';
}

/** A terminal of a finished run of this page that waits at its prompt and that nobody typed in. */
function reusable(app: App, run: RunView | undefined): string | null {
  if (!run || run.status === 'running' || !app.runs.own.has(run.id)) return null;
  const terminal = app.terminals.get(run.terminal);
  if (terminal?.state.kind !== 'at_prompt') return null;
  return app.viewers.get(run.terminal)?.typed === false ? run.terminal : null;
}
