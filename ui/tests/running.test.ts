import { describe, expect, it, vi } from 'vitest';

import { DoorError } from '../src/api/error';
import { runAction } from '../src/stores/running';
import { action, input, run, terminal, testApp } from './fixtures';

const untrusted = new DoorError(403, { code: 'untrusted', message: 'not trusted yet' });
const settled = () => new Promise((done) => setTimeout(done));

describe('a click on an action', () => {
  it('runs it in the project and shows its terminal', async () => {
    const execute = vi.fn(async () => run());
    const app = testApp({ execute, terminals: async () => [terminal()] });
    await runAction(app, action());
    expect(execute).toHaveBeenCalledWith(
      'hello',
      expect.objectContaining({ project: '/repo', scope: 'project' }),
    );
    expect(app.showTerminal).toHaveBeenCalledWith('term-1');
  });

  it('asks for trust with what would be typed, and sends back what was accepted', async () => {
    const execute = vi.fn().mockRejectedValueOnce(untrusted).mockResolvedValueOnce(run());
    const preview = { action: action(), commands: [], sha256: 'bb', diff: null };
    const app = testApp({ execute, preview: async () => preview, terminals: async () => [terminal()] });
    const going = runAction(app, action());
    await settled();
    expect(app.dialogs.open[0]?.question).toEqual({ kind: 'trust', purpose: 'run', preview });
    app.dialogs.open[0]!.answer('bb');
    await going;
    expect(execute.mock.calls[1]![1]).toMatchObject({ trust: 'bb' });
  });

  it('runs nothing when the trust question is declined', async () => {
    const execute = vi.fn().mockRejectedValue(untrusted);
    const app = testApp({
      execute,
      preview: async () => ({ action: action(), commands: [], sha256: 'b', diff: null }),
    });
    const going = runAction(app, action());
    await settled();
    app.dialogs.open[0]!.answer(null);
    expect(await going).toBeNull();
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('that finds no folder shows that it is gone, and leaves the user’s own actions to run without it', async () => {
    const missing = new DoorError(404, { code: 'unknown_project', message: 'the folder /repo is not there' });
    const execute = vi.fn().mockRejectedValueOnce(missing).mockResolvedValue(run());
    const mine = action({ scope: 'user' });
    const list = { project: null, actions: [mine], deleted: [], problems: [] };
    const actions = async (project: string | null) => (project === null ? list : Promise.reject(missing));
    const app = testApp({ execute, actions, terminals: async () => [terminal()] });
    app.projects.list = [{ path: '/repo', name: 'repo', used: '2026-11-21T12:00:00Z', exists: true }];
    await runAction(app, mine);
    expect(app.projects.gone).toBe(true);
    expect(app.actions.list.actions).toEqual([mine]);
    // Nothing in the action's file mends that.
    expect(app.toasts.items).toMatchObject([{ body: 'The folder /repo is not there.', actions: [] }]);
    await runAction(app, mine);
    expect(execute.mock.lastCall).toMatchObject(['hello', { project: null, scope: 'user' }]);
  });

  it('asks for inputs first', async () => {
    const execute = vi.fn(async () => run());
    const app = testApp({ execute, terminals: async () => [terminal()] });
    const going = runAction(app, action({ inputs: [input()] }));
    await settled();
    expect(execute).not.toHaveBeenCalled();
    app.dialogs.open[0]!.answer({ who: 'ada' });
    await going;
    expect(execute).toHaveBeenCalledWith('hello', expect.objectContaining({ inputs: { who: 'ada' } }));
  });

  it.each([true, false])(
    'asks again with what was typed when the host refuses it (trusted: %s)',
    async (trusted) => {
      const bad = new DoorError(422, { code: 'bad_input', message: 'the value of who is odd' });
      const execute = vi.fn(async (_id: string, { inputs }: { inputs: { who: string } }) =>
        inputs.who === 'eve' ? Promise.reject(bad) : run(),
      );
      const preview = vi.fn(async (_id: string, { inputs }: { inputs: { who: string } }) =>
        inputs.who === 'eve'
          ? Promise.reject(bad)
          : { action: action(), commands: [], sha256: 'b', diff: null },
      );
      const app = testApp({ execute, preview, actions: vi.fn(), terminals: async () => [terminal()] });
      const going = runAction(app, action({ trusted, inputs: [input()] }));
      await settled();
      app.dialogs.open[0]!.answer({ who: 'eve' });
      await settled();
      expect(app.dialogs.open[0]?.question).toMatchObject({
        kind: 'inputs',
        refused: { message: bad.message, values: { who: 'eve' } },
      });
      app.dialogs.open[0]!.answer({ who: 'ada' });
      await settled();
      if (!trusted) app.dialogs.open[0]!.answer('b');
      expect(await going).not.toBeNull();
      expect(execute).toHaveBeenLastCalledWith('hello', expect.objectContaining({ inputs: { who: 'ada' } }));
      expect(app.toasts.items).toEqual([]);
    },
  );

  it('shows the terminal of a run at work and offers to run again', async () => {
    const execute = vi.fn(async () => run({ id: 'run-2', terminal: 'term-2' }));
    const app = testApp({ execute, terminals: async () => [] });
    app.runs.put(run());
    await runAction(app, action());
    expect(execute).not.toHaveBeenCalled();
    expect(app.showTerminal).toHaveBeenCalledWith('term-1');
    const again = app.toasts.items[0]!.actions[0]!;
    expect(again.label).toBe('Run again');
    await again.run();
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('shows the problems of a broken file and runs nothing', async () => {
    const app = testApp({});
    await runAction(app, action({ health: 'broken' }));
    expect(app.layout.aside).toEqual({ kind: 'problems' });
  });

  it('runs the last good version of a broken file only after the user said so', async () => {
    const execute = vi.fn(async () => run());
    const app = testApp({ execute, terminals: async () => [terminal()] });
    const going = runAction(app, action({ health: 'stale' }));
    await settled();
    app.dialogs.open[0]!.answer('run');
    await going;
    expect(execute).toHaveBeenCalledWith('hello', expect.objectContaining({ stale: true }));
  });

  it('starts one run, however often it is clicked until then', async () => {
    const execute = vi.fn(async () => run());
    const app = testApp({ execute, terminals: async () => [terminal()] });
    await Promise.all([runAction(app, action()), runAction(app, action()), runAction(app, action())]);
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('says why it did not start', async () => {
    const app = testApp({
      execute: () =>
        Promise.reject(new DoorError(422, { code: 'broken_action', message: 'line 3 is broken' })),
    });
    await runAction(app, action());
    expect(app.toasts.items[0]).toMatchObject({ tone: 'bad', body: 'Line 3 is broken.' });
  });
});
