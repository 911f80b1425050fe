import { describe, expect, it, vi } from 'vitest';

import { DoorError } from '../src/api/error';
import type { TerminalView } from '../src/api/types';
import { grouped, matches } from '../src/stores/actions.svelte';
import { deleteAction, editAction, restoreVersion } from '../src/stores/changing';
import { closeTerminal, createAction } from '../src/stores/opening';
import { Runs, currentStep } from '../src/stores/runs.svelte';
import { sentence, Toasts } from '../src/stores/toasts.svelte';
import { action, run, terminal, testApp, version } from './fixtures';

const list = { project: '/repo', actions: [], deleted: [], problems: [] };
const settled = () => new Promise((done) => setTimeout(done));

describe('runs', () => {
  it('follow their events', () => {
    const runs = new Runs();
    runs.take({ event: 'run_started', run: 'run-1', view: run() });
    runs.take({ event: 'step_started', run: 'run-1', step: 0, kind: 'write' });
    expect(currentStep(runs.byId.get('run-1')!)).toMatchObject({ step: 0, status: 'running' });
    runs.take({
      event: 'step_finished',
      run: 'run-1',
      step: 0,
      kind: 'write',
      status: 'succeeded',
      duration_ms: 2,
      reason: null,
    });
    expect(currentStep(runs.byId.get('run-1')!)).toMatchObject({ step: 1, status: 'pending' });
  });

  it('show a button the newest run of its action in its project', () => {
    const runs = new Runs();
    runs.put(run({ id: 'b', started: '2026-11-21T12:00:02Z' }));
    runs.put(run({ id: 'a', started: '2026-11-21T12:00:01Z' }));
    expect(runs.of(action(), '/repo')?.id).toBe('b');
    expect(runs.of(action(), '/other')).toBeUndefined();
  });
});

describe('the filter', () => {
  it('groups by where actions live and matches every word', () => {
    const all = [
      action({ id: 'a', label: 'Run Tests' }),
      action({ id: 'b', label: 'Deploy', tags: ['tests'], scope: 'user' }),
      action({ id: 'c', label: 'Sync', scope: 'user', default: true }),
    ];
    const found = (filter: string) => all.filter((one) => matches(one, filter)).map((one) => one.id);
    expect(grouped(all).map((group) => group.name)).toEqual(['Project', 'Yours', 'Defaults']);
    expect(found('test run')).toEqual(['a']);
    expect(found('TEST')).toEqual(['a', 'b']);
    expect(found('')).toEqual(['a', 'b', 'c']);
  });
});

describe('changing an action', () => {
  it('deletes after one question, and the toast brings it back', async () => {
    const restore = vi.fn(async () => ({ timestamp: null }));
    const app = testApp({
      deleteAction: async () => ({ timestamp: 't1' }),
      restore,
      actions: async () => list,
    });
    const going = deleteAction(app, action());
    await settled();
    app.dialogs.open[0]!.answer('delete');
    await going;
    await app.toasts.items[0]!.actions[0]!.run();
    expect(restore).toHaveBeenCalledWith({ id: 'hello', scope: 'project', project: '/repo' }, 't1');
  });

  it('undoes a restore of a deleted action by deleting it again', async () => {
    const remove = vi.fn(async () => ({ timestamp: 't2' }));
    const app = testApp({
      restore: async () => ({ timestamp: null }),
      deleteAction: remove,
      actions: async () => list,
    });
    const of = { id: 'hello', scope: 'user' as const, project: null };
    expect(await restoreVersion(app, of, 'Hello', version())).toBe(true);
    await app.toasts.items[0]!.actions[0]!.run();
    expect(remove).toHaveBeenCalledWith(of);
    expect(app.toasts.items.map((toast) => toast.title)).toContain('Hello is as it was before');
  });
});

describe('editing an action', () => {
  it('opens an editor that needs a terminal in one', async () => {
    const spawn = vi.fn(async () => terminal());
    const app = testApp({ spawn });
    const command = ['vim', '+7', '/a/hello.yaml'];
    vi.mocked(app.native.openInEditor).mockResolvedValue(command);
    await editAction(app, action(), { line: 7 });
    const { path } = action();
    const task = `Edit ${path.slice(path.lastIndexOf('/') + 1)}`;
    expect(spawn).toHaveBeenCalledWith(expect.objectContaining({ command, task }));
    expect(app.showTerminal).toHaveBeenCalledWith('term-1');
    // The same file has one editor, from when it is about to begin until it has ended.
    const states: [TerminalView['state'], number][] = [
      [{ kind: 'at_prompt', last_exit: null }, 1],
      [{ kind: 'running', command: 'vim', since: '2026-11-21T12:00:00Z' }, 1],
      [{ kind: 'at_prompt', last_exit: 0 }, 2],
      [{ kind: 'exited', code: 0, signal: null }, 3],
    ];
    for (const [state, editors] of states) {
      app.terminals.put(terminal({ state }));
      await editAction(app, action());
      expect(spawn).toHaveBeenCalledTimes(editors);
    }
  });

  it('tells when the editor did not open', async () => {
    const app = testApp();
    vi.mocked(app.native.openInEditor).mockRejectedValue(
      new DoorError(0, { code: 'desktop', message: 'xdg-open ended with exit code 3' }),
    );
    await editAction(app, action());
    expect(app.toasts.items).toMatchObject([
      { title: 'Hello could not be opened', body: 'Xdg-open ended with exit code 3.' },
    ]);
  });
});

describe('closing a terminal', () => {
  it('asks only where something runs', async () => {
    const kill = vi.fn(async () => ({ code: 0, signal: null, survivors: [] }));
    const app = testApp({ kill });
    app.terminals.put(terminal());
    await closeTerminal(app, 'term-1');
    expect(kill).toHaveBeenCalledTimes(1);
    app.terminals.put(
      terminal({ state: { kind: 'running', command: 'vim', since: '2026-11-21T12:00:00Z' } }),
    );
    const going = closeTerminal(app, 'term-1');
    await settled();
    app.dialogs.open[0]!.answer('keep');
    await going;
    expect(kill).toHaveBeenCalledTimes(1);
    expect(app.terminals.get('term-1')).toBeDefined();
  });
});

describe('messages', () => {
  it('become sentences', () => {
    expect(sentence('the host is gone')).toBe('The host is gone.');
    expect(sentence('really?')).toBe('Really?');
  });
});

describe('creating an action', () => {
  const missing = () => Promise.reject(new DoorError(409, { code: 'claude_missing', message: 'no claude' }));

  it('shows the terminal in which the agent asks', async () => {
    const app = testApp({ createAction: async () => terminal({ id: 'agent' }) });
    await createAction(app);
    expect(app.showTerminal).toHaveBeenCalledWith('agent');
  });

  it('without an agent opens a template in the editor and says where it is', async () => {
    const made = action({ id: 'new-action', path: '/home/new-action.yaml' });
    const createTemplate = vi.fn(async () => made);
    const app = testApp({ createAction: missing, createTemplate, actions: async () => list });
    const going = createAction(app);
    await settled();
    expect(app.dialogs.open[0]?.question).toMatchObject({ title: 'No agent is installed' });
    app.dialogs.open[0]!.answer('template');
    await going;
    expect(createTemplate).toHaveBeenCalledWith({ project: '/repo' });
    expect(app.native.openInEditor).toHaveBeenCalledWith(
      '/home/new-action.yaml',
      undefined,
      expect.anything(),
    );
    expect(app.toasts.items.map((toast) => toast.body)).toEqual(['/home/new-action.yaml']);
  });

  it('says why where even the template can’t be written', async () => {
    const refused = () => Promise.reject(new DoorError(409, { code: 'in_the_way', message: 'a link' }));
    const app = testApp({ createAction: missing, createTemplate: refused });
    const going = createAction(app);
    await settled();
    app.dialogs.open[0]!.answer('template');
    await going;
    expect(app.native.openInEditor).not.toHaveBeenCalled();
    expect(app.toasts.items.map((toast) => toast.body)).toEqual(['A link.']);
  });
});

describe('messages', () => {
  it('that the host says once stay until they are dismissed, whatever comes after', () => {
    vi.useFakeTimers();
    try {
      const toasts = new Toasts();
      const offer = [{ label: 'Restore mine', run: () => undefined }];
      const first = toasts.show('One was replaced', { actions: offer, stays: true });
      toasts.show('Two was replaced', { actions: offer, stays: true });
      for (let n = 0; n < 5; n++) toasts.show(`Done ${n}`, { actions: [{ label: 'Undo', run: vi.fn() }] });
      expect(toasts.items.map((toast) => toast.title)).toEqual([
        'One was replaced',
        'Two was replaced',
        'Done 4',
      ]);
      toasts.resume(first);
      vi.advanceTimersByTime(60_000);
      expect(toasts.items.map((toast) => toast.title)).toEqual(['One was replaced', 'Two was replaced']);
      toasts.dismiss(first);
      expect(toasts.items).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
