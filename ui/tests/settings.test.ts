import { readFileSync } from 'node:fs';

import { describe, expect, it, vi } from 'vitest';

import { version } from '../package.json';
import type { Config, ConfigView } from '../src/api/types';
import { isTyped, ordered, pressed } from '../src/stores/keys';
import { Layout, USUAL_COLUMN, readKept } from '../src/stores/layout.svelte';
import { closeWindow, quit } from '../src/stores/leaving';
import { emptyPane, show, split } from '../src/stores/tree';
import { terminal, testApp } from './fixtures';

const settled = () => new Promise((done) => setTimeout(done));
const key = (code: string, held: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { code, ...held });

function withShortcuts(shortcuts: Record<string, string>) {
  const app = testApp();
  const settings = { ...app.settings.config, shortcuts } as Config;
  const view: ConfigView = {
    path: '/c',
    settings,
    usual: app.settings.config,
    editors: [],
    revision: 0,
    problems: [],
  };
  app.settings.take(view);
  return app.shortcuts;
}

describe('keys', () => {
  it('are written in one order, and typing is none', () => {
    expect(pressed(key('KeyP', { shiftKey: true, ctrlKey: true }))).toBe('Ctrl+Shift+P');
    expect(pressed(key('Comma', { ctrlKey: true }))).toBe('Ctrl+,');
    expect(pressed(key('F2'))).toBe('F2');
    expect(pressed(key('KeyP', { shiftKey: true }))).toBeNull();
    expect(pressed(key('ControlLeft', { ctrlKey: true }))).toBeNull();
    expect(ordered('Shift+Ctrl+P')).toBe('Ctrl+Shift+P');
  });

  it('of the settings replace the usual ones, and `none` takes them away', () => {
    const shortcuts = withShortcuts({ find: 'F3', sidebar: 'none' });
    expect(shortcuts.called(key('F3'))).toBe('find');
    expect(shortcuts.called(key('KeyF', { ctrlKey: true, shiftKey: true }))).toBeUndefined();
    expect(shortcuts.called(key('KeyB', { ctrlKey: true, shiftKey: true }))).toBeUndefined();
    expect(shortcuts.called(key('KeyT', { ctrlKey: true, shiftKey: true }))).toBe('new-terminal');
    expect(shortcuts.called(key('Digit2', { altKey: true }))).toBe('tab-2');
    expect([shortcuts.shown('find'), shortcuts.shown('sidebar')]).toEqual(['F3', '']);
  });

  it('that go to prompts are those of a terminal with prompts', () => {
    const shortcuts = withShortcuts({});
    const up = (element: Element): KeyboardEvent => {
      const event = key('ArrowUp', { ctrlKey: true, shiftKey: true });
      element.dispatchEvent(event);
      return event;
    };
    const terminal = document.createElement('div');
    terminal.className = 'xterm';
    expect(shortcuts.called(up(terminal))).toBe('previous-prompt');
    expect(shortcuts.called(up(terminal), true)).toBeUndefined();
    expect(shortcuts.called(up(document.createElement('input')))).toBeUndefined();
  });

  it.each([
    ['AZERTY', 'KeyQ', 'a', 'Ctrl+A'],
    ['AZERTY', 'Semicolon', 'm', 'Ctrl+M'],
    ['AZERTY', 'KeyM', ',', 'Ctrl+,'],
    ['AZERTY', 'Digit1', '&', 'Ctrl+1'],
    ['AZERTY', 'Digit2', 'é', 'Ctrl+2'],
    ['QWERTZ', 'KeyZ', 'y', 'Ctrl+Y'],
    ['QWERTZ', 'Slash', '-', 'Ctrl+-'],
    ['Dvorak', 'KeyR', 'p', 'Ctrl+P'],
    ['Dvorak', 'KeyW', ',', 'Ctrl+,'],
    ['Dvorak', 'KeyQ', "'", "Ctrl+'"],
    ['Russian', 'KeyP', 'з', 'Ctrl+P'],
    ['Russian', 'Comma', 'б', 'Ctrl+,'],
    ['Greek', 'KeyP', 'π', 'Ctrl+P'],
    ['Greek', 'Semicolon', 'Dead', 'Ctrl+;'],
    ['Hebrew', 'KeyA', 'ש', 'Ctrl+A'],
    ['none known', 'KeyA', 'Unidentified', 'Ctrl+A'],
  ])('of %s are what stands on them: %s that makes %s is %s', (_, code, made, keys) => {
    expect(pressed(key(code, { key: made, ctrlKey: true }))).toBe(keys);
  });

  it.each([
    ['US', 'KeyP', 'P', 'Ctrl+Shift+P'],
    ['US', 'Digit1', '!', 'Ctrl+Shift+1'],
    ['US', 'BracketLeft', '{', 'Ctrl+Shift+['],
    ['AZERTY', 'KeyQ', 'A', 'Ctrl+Shift+A'],
    ['AZERTY', 'Digit1', '1', 'Ctrl+Shift+1'],
    ['AZERTY', 'KeyM', '?', null],
    ['Dvorak', 'KeyR', 'P', 'Ctrl+Shift+P'],
    ['Russian', 'KeyP', 'З', 'Ctrl+Shift+P'],
    ['QWERTZ', 'Semicolon', 'Ö', null],
  ])('of %s with Shift: %s that makes %s is %s', (_, code, made, keys) => {
    expect(pressed(key(code, { key: made, ctrlKey: true, shiftKey: true }))).toBe(keys);
  });

  it('that an input method or AltGr makes something of are typing', () => {
    expect(pressed(key('KeyP', { key: 'p', ctrlKey: true, isComposing: true }))).toBeNull();
    expect(
      pressed(key('KeyQ', { key: '@', ctrlKey: true, altKey: true, modifierAltGraph: true })),
    ).toBeNull();
  });

  it('of tabs and actions can be others, and a command of one’s own takes them', () => {
    const shortcuts = withShortcuts({ 'tab-2': 'F4', find: 'Ctrl+Shift+3', 'open-folder': 'Ctrl+Shift+T' });
    expect(shortcuts.called(key('F4'))).toBe('tab-2');
    expect(shortcuts.called(key('Digit2', { altKey: true }))).toBeUndefined();
    expect(shortcuts.called(key('Digit3', { ctrlKey: true, shiftKey: true }))).toBe('find');
    expect(shortcuts.called(key('Digit4', { ctrlKey: true, shiftKey: true }))).toBe('action-4');
    expect(shortcuts.lost('action-3')).toEqual({ keys: 'Ctrl+Shift+3', label: 'Find in terminal' });
    expect(shortcuts.lost('new-terminal')).toEqual({ keys: 'Ctrl+Shift+T', label: 'Open folder…' });
    expect(shortcuts.lost('find')).toBeUndefined();
    expect(shortcuts.conflict('Ctrl+Shift+4', 'find')).toMatchObject({ command: 'action-4' });
  });

  it('that a terminal sends to its program are known', () => {
    for (const keys of ['Ctrl+R', 'Ctrl+[', 'Ctrl+Space', 'Alt+F', 'Alt+.', 'Ctrl+Alt+C', 'Alt+Backspace'])
      expect(isTyped(keys), keys).toBe(true);
    for (const keys of ['Ctrl+Shift+R', 'Ctrl+,', 'F4', 'Ctrl+Tab', 'Alt+1', 'Cmd+K', 'Ctrl+Alt+ArrowUp'])
      expect(isTyped(keys), keys).toBe(false);
  });

  it('that do something else are known', () => {
    const shortcuts = withShortcuts({});
    expect(shortcuts.conflict('Ctrl+Shift+T', 'find')).toMatchObject({ command: 'new-terminal' });
    expect(shortcuts.conflict('Ctrl+Shift+C', 'find')).toMatchObject({ label: 'Copy', command: null });
    expect(shortcuts.conflict('Ctrl+Shift+F', 'find')).toBeUndefined();
  });
});

describe('what the host says of the settings', () => {
  const said = (revision: number, size: number) => {
    const usual = testApp().settings.config;
    const view = {
      path: '/c',
      settings: { ...usual, 'font-size': size },
      usual,
      editors: [],
      revision,
      problems: [],
    };
    return view as ConfigView;
  };

  it('holds, though an older answer comes later', async () => {
    const app = testApp({
      changeConfig: () => {
        app.settings.take(said(3, 20));
        return Promise.resolve(said(2, 17));
      },
    });
    expect(await app.settings.change({ 'font-size': 17 })).toBeNull();
    expect(app.settings.config['font-size']).toBe(20);
  });

  it('begins anew with another host', async () => {
    const app = testApp({ config: () => Promise.resolve(said(0, 12)) });
    app.settings.take(said(3, 20));
    await app.settings.load();
    expect(app.settings.config['font-size']).toBe(12);
  });
});

describe('the layout', () => {
  it('comes back without the terminals that are gone', () => {
    const root = split(show(show(emptyPane(), 1, 'a'), 1, 'b'), 1, 'right', 'b');
    const layout = new Layout(async () => undefined);
    layout.restore(['a', 'c'], { version: 1, state: { root, focused: 2, sidebar: false } });
    expect(layout.panes.map((pane) => pane.tabs)).toEqual([['a']]);
    expect(layout.sidebar).toBe(false);
  });

  it('of which somebody made rubbish is none', () => {
    const good = { root: emptyPane(), focused: 1, sidebar: true, told: true };
    expect(readKept({ version: 1, state: good })).toEqual(good);
    const column = { width: 300, terminals: 0.5, folded: ['actions'] };
    expect(readKept({ version: 1, state: { ...good, column } })).toEqual({ ...good, column });
    const odd = { width: 1e9, terminals: 'half', folded: [1, 'terminals'] };
    expect(readKept({ version: 1, state: { ...good, column: odd } })?.column).toEqual({
      ...USUAL_COLUMN,
      folded: ['terminals'],
    });
    const split = {
      kind: 'split',
      id: 1,
      direction: 'row',
      sizes: [1, 1],
      children: [emptyPane(), emptyPane()],
    };
    for (const kept of [
      null,
      'x',
      { version: 2, state: good },
      { version: 1, state: null },
      { version: 1, state: { ...good, root: { kind: 'pane', id: 1, tabs: [7], active: null } } },
      { version: 1, state: { ...good, root: { kind: 'pane', id: 1, tabs: [], active: 'gone' } } },
      { version: 1, state: { ...good, root: split } },
      { version: 1, state: { ...good, focused: 'x' } },
    ]) {
      expect(readKept(kept), JSON.stringify(kept)).toBeNull();
    }
  });

  it('is handed over one at a time, the newest last', async () => {
    const asked: string[][] = [];
    const answers: (() => void)[] = [];
    const layout = new Layout(async ({ root }) => {
      asked.push(root.kind === 'pane' ? root.tabs : []);
      await new Promise<void>((done) => answers.push(done));
    });
    layout.restore([], null);
    layout.show('a');
    layout.show('b');
    expect(asked).toEqual([[]]);
    answers[0]!();
    await settled();
    expect(asked).toEqual([[], ['a', 'b']]);
  });
});

describe('leaving', () => {
  it('says nothing to somebody whom another window told', async () => {
    const app = testApp();
    app.layout.restore([], {
      version: 1,
      state: { root: emptyPane(), focused: 1, sidebar: true, told: true },
    });
    app.terminals.put(terminal());
    await closeWindow(app);
    expect(app.native.closeWindow).toHaveBeenCalledOnce();
  });

  it('by closing says once that everything goes on', async () => {
    const app = testApp();
    app.layout.restore([], null);
    app.terminals.put(terminal());
    const first = closeWindow(app);
    await settled();
    expect(app.dialogs.open[0]?.question).toMatchObject({ title: 'Your terminals keep running' });
    app.dialogs.open[0]!.answer('close');
    await first;
    await closeWindow(app);
    expect(app.native.closeWindow).toHaveBeenCalledTimes(2);
    expect(app.dialogs.open).toEqual([]);
  });

  it('tells the desktop that the window stays, so that the next wish to close it is asked about too', async () => {
    const app = testApp();
    app.terminals.put(terminal());
    for (const answer of ['no', null]) {
      const going = closeWindow(app);
      await settled();
      app.dialogs.open[0]!.answer(answer);
      await going;
    }
    expect(app.native.keepWindow).toHaveBeenCalledTimes(2);
    expect(app.native.closeWindow).not.toHaveBeenCalled();
  });

  it('by quitting asks what becomes of living terminals', async () => {
    const stopHost = vi.fn(async () => undefined);
    for (const [answer, stopped, gone] of [
      ['no', 0, 0],
      ['keep', 0, 1],
      ['end', 1, 1],
    ] as const) {
      const app = testApp({ stopHost });
      app.terminals.put(terminal());
      const going = quit(app);
      await settled();
      app.dialogs.open[0]!.answer(answer);
      await going;
      expect([stopHost.mock.calls.length, vi.mocked(app.native.quit).mock.calls.length]).toEqual([
        stopped,
        gone,
      ]);
    }
  });

  it('asks nothing where no terminal lives', async () => {
    const app = testApp();
    app.terminals.put(terminal({ state: { kind: 'exited', code: 0, signal: null } }));
    await quit(app);
    expect(app.native.quit).toHaveBeenCalled();
  });
});

it('the page has the version of the programs it comes with', () => {
  expect(readFileSync('../Cargo.toml', 'utf8')).toContain(`\nversion = "${version}"\n`);
});
