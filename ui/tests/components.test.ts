import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import ActionMenu from '../src/components/ActionMenu.svelte';
import Dialogs from '../src/components/dialogs/Dialogs.svelte';
import NoHost from '../src/components/NoHost.svelte';
import ProjectPicker from '../src/components/ProjectPicker.svelte';
import QuickActions from '../src/components/QuickActions.svelte';
import Tab from '../src/components/Tab.svelte';
import TerminalList from '../src/components/TerminalList.svelte';
import Toasts from '../src/components/Toasts.svelte';
import { DoorError } from '../src/api/error';
import type { ActionView } from '../src/api/types';
import type { App } from '../src/stores/app.svelte';
import { action, input, run, terminal, testApp, version } from './fixtures';
import Provide from './Provide.svelte';

const show = (app: App, ...components: unknown[]) =>
  components.map((of) => render(Provide, { app, of: of as never }));

function withActions(app: App, ...actions: ActionView[]): App {
  app.actions.list = { project: '/repo', actions, deleted: [], problems: [] };
  app.actions.loaded = true;
  return app;
}

const PROBLEM = {
  file: '/repo/.ai-orchestrator/actions/hello.yaml',
  line: 7,
  column: 5,
  severity: 'error' as const,
  code: 'unknown-key',
  message: 'unknown key',
  fix: null,
};

describe('the quick actions', () => {
  it('are a toolbar with one button an action, named by its label', () => {
    const app = withActions(testApp(), action(), action({ id: 'b', label: 'Deploy', trusted: false }));
    app.runs.put(run());
    show(app, QuickActions);
    const toolbar = screen.getByRole('toolbar', { name: 'Quick actions' });
    const names = within(toolbar)
      .getAllByRole('button')
      .map((button) => button.getAttribute('aria-label'));
    expect(names).toEqual(['Hello', 'Deploy']);
    expect(within(toolbar).getByRole('button', { name: 'Hello' })).toHaveAccessibleDescription(
      /running, step 1 of 2/,
    );
    expect(within(toolbar).getByRole('button', { name: 'Deploy' })).toHaveAccessibleDescription(
      /not trusted/,
    );
    expect(screen.getByRole('button', { name: 'Create action' })).toBeInTheDocument();
  });

  it('are one stop for Tab, and arrows go on from there', async () => {
    show(withActions(testApp(), action(), action({ id: 'b', label: 'Deploy' })), QuickActions);
    const user = userEvent.setup();
    screen.getByRole('button', { name: 'Create action' }).focus();
    await user.tab();
    expect(screen.getByRole('button', { name: 'Hello' })).toHaveFocus();
    await user.keyboard('{ArrowDown}');
    expect(screen.getByRole('button', { name: 'Deploy' })).toHaveFocus();
    await user.tab();
    expect(screen.getByRole('toolbar')).not.toContainElement(document.activeElement as HTMLElement);
  });

  it('fold by group and as a whole, and what is filtered for shows all the same', async () => {
    const many = Array.from({ length: 9 }, (_, at) => action({ id: `a${at}`, label: `Action ${at}` }));
    const app = withActions(testApp(), ...many, action({ id: 'own', label: 'Own', scope: 'user' }));
    show(app, QuickActions);
    const user = userEvent.setup();
    const names = () =>
      within(screen.getByRole('toolbar'))
        .queryAllByRole('button')
        .map((button) => button.getAttribute('aria-label'));
    screen.getByRole('button', { name: 'Action 3' }).focus();
    await user.keyboard('{ArrowLeft}{ArrowLeft}');
    expect(names()).toEqual(['Own']);
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(screen.getByRole('button', { name: 'Own' })).toHaveFocus();
    await user.type(screen.getByRole('searchbox'), 'action 3');
    expect(names()).toEqual(['Action 3']);
    await user.clear(screen.getByRole('searchbox'));
    screen.getByRole('button', { name: 'Own' }).focus();
    await user.keyboard('{Home}{ArrowRight}');
    expect(names()).toHaveLength(10);
    const section = screen.getByRole('button', { name: 'Quick actions' });
    await user.click(section);
    expect(section).toHaveAttribute('aria-expanded', 'false');
    expect(screen.queryByRole('toolbar')).toBeNull();
    await user.click(section);
    expect(names()).toHaveLength(10);
  });

  it('say of a broken file that it is not trusted either', () => {
    const broken = action({ health: 'broken', trusted: false, problems: [PROBLEM] });
    show(withActions(testApp(), broken), QuickActions);
    expect(screen.getByRole('button', { name: 'Hello' })).toHaveAccessibleDescription(
      /problem in line 7.*not trusted yet/,
    );
  });

  it('show a broken file’s problem with its place, and a click opens it there', async () => {
    const app = withActions(testApp(), action({ health: 'broken', problems: [PROBLEM] }));
    show(app, QuickActions);
    expect(screen.getByText(/hello\.yaml:7:5 unknown key/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Hello' }));
    expect(app.native.openInEditor).toHaveBeenCalledWith(
      action().path,
      { line: 7, column: 5 },
      expect.anything(),
    );
    expect(app.layout.aside).toEqual({ kind: 'problems' });
  });

  it('get a filter when there are many', async () => {
    const many = Array.from({ length: 12 }, (_, at) => action({ id: `a${at}`, label: `Action ${at}` }));
    show(withActions(testApp(), ...many), QuickActions);
    await userEvent.type(screen.getByRole('searchbox', { name: 'Filter actions' }), '11');
    expect(within(screen.getByRole('toolbar')).getAllByRole('button')).toHaveLength(1);
  });

  it('open the file on Alt-click', async () => {
    const app = withActions(testApp(), action());
    show(app, QuickActions);
    const user = userEvent.setup();
    await user.keyboard('{Alt>}');
    await user.click(screen.getByRole('button', { name: 'Hello' }));
    expect(app.native.openInEditor).toHaveBeenCalledWith(action().path, undefined, expect.anything());
  });
});

describe('the context menu', () => {
  it('is all that a right press does, also where a click follows it', async () => {
    const execute = vi.fn(() => Promise.reject(new Error('not now')));
    show(withActions(testApp({ execute }), action()), QuickActions);
    const button = screen.getByRole('button', { name: 'Hello' });
    // jsdom has no pointer events with buttons; what WebKitGTK sends is told by hand.
    const down = (which: number) => {
      const event = new MouseEvent('pointerdown', { button: which, bubbles: true });
      button.dispatchEvent(event);
      button.dispatchEvent(new MouseEvent('click', { button: 0, detail: 1, bubbles: true }));
    };
    down(2);
    expect(execute).not.toHaveBeenCalled();
    down(0);
    expect(execute).toHaveBeenCalledTimes(1);
  });

  const items = () => screen.getAllByRole('menuitem').map((item) => item.textContent?.trim());

  it('opens from the keyboard, ends with Delete, and Escape gives the focus back', async () => {
    const app = withActions(testApp(), action());
    show(app, QuickActions, ActionMenu);
    const user = userEvent.setup();
    screen.getByRole('button', { name: 'Hello' }).focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await waitFor(() => expect(items()).toEqual(['Run', 'Edit', 'Duplicate', 'History', 'Delete']));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    expect(screen.getByRole('button', { name: 'Hello' })).toHaveFocus();
  });

  it('of an action that runs cancels it, or runs it again', async () => {
    const cancel = vi.fn(async () => run());
    const app = withActions(testApp({ cancel }), action());
    app.runs.meet(run());
    show(app, QuickActions, ActionMenu);
    await userEvent.pointer({ keys: '[MouseRight]', target: screen.getByRole('button', { name: 'Hello' }) });
    await waitFor(() => expect(items().slice(0, 2)).toEqual(['Cancel', 'Run again']));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Cancel' }));
    expect(cancel).toHaveBeenCalledWith(run().id);
  });

  it('offers Reset to Default for a default', async () => {
    const app = withActions(testApp(), action({ scope: 'user', default: true }));
    show(app, QuickActions, ActionMenu);
    await userEvent.pointer({ keys: '[MouseRight]', target: screen.getByRole('button', { name: 'Hello' }) });
    await waitFor(() => expect(items().at(-1)).toBe('Reset to Default'));
  });
});

describe('the history', () => {
  const versions = [
    version({ active: true, summary: 'now' }),
    version({ timestamp: 't1', summary: 'before' }),
    version({ timestamp: 't0', summary: 'first', valid: false }),
  ];

  function historyApp(content?: (of: unknown, timestamp: string) => Promise<unknown>) {
    const restore = vi.fn(async () => ({ timestamp: 't9' }));
    const app = testApp({
      restore,
      history: async () => versions,
      version:
        content ??
        (async (_: unknown, timestamp: string) => ({
          version: versions.find((one) => one.timestamp === timestamp),
          source: 'id: hello',
          diff: '@@ -1 +1 @@\n-a\n+b\n',
        })),
      actions: async () => ({ project: null, actions: [], deleted: [], problems: [] }),
    });
    const of = { id: 'hello', scope: 'user' as const, project: null };
    const answer = app.dialogs.ask({ kind: 'history', of, label: 'Hello', deleted: false });
    show(app, Dialogs, Toasts);
    return { app, of, restore, answer };
  }

  it('lists versions, shows the diff, restores on the button and closes', async () => {
    const { of, restore, answer } = historyApp();
    const dialog = screen.getByRole('dialog', { name: 'History of Hello' });
    await waitFor(() => expect(within(dialog).getAllByRole('option')).toHaveLength(3));
    expect(within(dialog).getByRole('option', { selected: true })).toHaveTextContent('before');
    await waitFor(() => expect(within(dialog).getByRole('group')).toHaveTextContent('b'));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Restore' }));
    expect(restore).toHaveBeenCalledWith(of, 't1');
    expect(await answer).toBe(true);
    expect(within(screen.getByRole('status')).getByRole('button', { name: 'Undo' })).toBeInTheDocument();
  });

  it('restores on Enter and by a double click', async () => {
    const { of, restore } = historyApp();
    const list = screen.getByRole('listbox');
    await waitFor(() => expect(within(list).getAllByRole('option')).toHaveLength(3));
    list.focus();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(restore).toHaveBeenCalledWith(of, 't0');
  });

  it('shows the next diff after one that could not be had', async () => {
    const failing = vi.fn(async (_: unknown, timestamp: string) => {
      if (timestamp === 't1') throw new Error('it is gone');
      return { version: versions[0], source: 'id: hello', diff: '@@ -1 +1 @@\n-a\n+fine\n' };
    });
    historyApp(failing);
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('it is gone'));
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('{ArrowDown}');
    await waitFor(() => expect(screen.getByRole('group')).toHaveTextContent('fine'));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('has nothing to restore on the current version', async () => {
    const { restore } = historyApp();
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(3));
    await userEvent.dblClick(screen.getAllByRole('option')[0]!);
    expect(restore).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Restore' })).toBeDisabled();
  });
});

describe('the inputs form', () => {
  it('starts with the last values and names what is missing', async () => {
    const app = testApp();
    const inputs = [
      input({ label: 'Who' }),
      input({ id: 'since', type: 'choice', choices: ['monday', 'friday'] }),
      input({ id: 'key', label: 'Key', type: 'secret', required: false }),
    ];
    const answer = app.dialogs.inputs(action({ inputs, last_inputs: { since: 'friday' } }));
    show(app, Dialogs);
    expect(screen.getByLabelText(/^since/)).toHaveValue('friday');
    expect(screen.getByLabelText(/^Key/)).toHaveAttribute('type', 'password');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(screen.getByText('A value is needed.')).toBeInTheDocument();
    expect(screen.getByLabelText(/^Who/)).toHaveAccessibleDescription('A value is needed.');
    await userEvent.type(screen.getByLabelText(/^Who/), 'ada');
    expect(screen.queryByText('A value is needed.')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(await answer).toEqual({ who: 'ada', since: 'friday' });
  });

  it('stays open while a number or a name is none', async () => {
    const app = testApp();
    const inputs = [
      input({ id: 'n', label: 'Count', type: 'number', description: 'How many' }),
      input({ id: 'to', label: 'Folder', type: 'name' }),
    ];
    const answer = app.dialogs.inputs(action({ inputs }));
    show(app, Dialogs);
    const [count, folder] = [screen.getByLabelText(/^Count/), screen.getByLabelText(/^Folder/)];
    await userEvent.type(count, 'abc');
    await userEvent.type(folder, '..');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(count).toHaveAccessibleDescription('This is not a number. How many');
    expect(count).toHaveFocus();
    expect(folder).toHaveAccessibleDescription(/^This must be the name/);
    await userEvent.clear(count);
    await userEvent.type(count, '-1.5e3');
    expect(count).toBeValid();
    await userEvent.type(folder, 'x');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(await answer).toEqual({ n: '-1.5e3', to: '..x' });
  });

  it('comes back with what the host refused, not with the last values', async () => {
    const app = testApp();
    const inputs = [input({ label: 'Who' }), input({ id: 'key', label: 'Key', type: 'secret' })];
    const refused = { message: 'the value of who is odd', values: { who: 'eve', key: 's3' } };
    const answer = app.dialogs.inputs(action({ inputs, last_inputs: { who: 'ada' } }), refused);
    show(app, Dialogs);
    expect(screen.getByRole('alert')).toHaveTextContent('The value of who is odd.');
    expect(screen.getByLabelText(/^Who/)).toHaveValue('eve');
    expect(screen.getByLabelText(/^Key/)).toHaveValue('s3');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(await answer).toEqual({ who: 'eve', key: 's3' });
  });

  it.each(['string', 'text', 'choice', 'boolean', 'secret'] as const)(
    'begins in its first input, a %s',
    async (type) => {
      const app = testApp();
      void app.dialogs.inputs(action({ inputs: [input({ type }), input({ id: 'more' })] }));
      show(app, Dialogs);
      await waitFor(() => expect(screen.getByLabelText(/^who/)).toHaveFocus());
    },
  );
});

describe('a question', () => {
  it.each([
    ['End it', 'danger', 'Cancel'],
    ['Close window', 'primary', 'Close window'],
  ] as const)('with “%s” (%s) begins at “%s”', async (label, tone, focused) => {
    const app = testApp();
    void app.dialogs.confirm('Sure?', 'It is at work.', [
      { value: 'yes', label, tone },
      { value: 'no', label: 'Cancel' },
    ]);
    show(app, Dialogs);
    await waitFor(() => expect(screen.getByRole('button', { name: focused })).toHaveFocus());
  });
});

describe('a tab', () => {
  it('closes its terminal on Delete, not on Backspace', async () => {
    const kill = vi.fn(async () => ({ survivors: [] }));
    const app = testApp({ kill, terminal: async () => terminal() });
    app.terminals.put(terminal());
    app.layout.show('term-1');
    const props = { id: 'term-1', pane: app.layout.pane, marked: false };
    render(Provide, { props: { app, of: Tab as never, props } });
    screen.getByRole('tab').focus();
    await userEvent.keyboard('{Backspace}');
    expect(app.layout.pane.tabs).toEqual(['term-1']);
    await userEvent.keyboard('{Delete}');
    await waitFor(() => expect(kill).toHaveBeenCalledTimes(1));
  });
});

describe('the trust question', () => {
  it('shows every command verbatim and answers with what was shown', async () => {
    const app = testApp();
    const preview = {
      action: action({ overrides: { label: 'Hello', path: '/x', default: true } }),
      commands: [{ kind: 'write', text: 'echo \\u{202e}x\\u{d}' }],
      sha256: 'ff',
      diff: null,
    };
    const answer = app.dialogs.trust(preview);
    show(app, Dialogs);
    const dialog = screen.getByRole('dialog', { name: 'Trust Hello?' });
    expect(within(dialog).getByRole('listitem')).toHaveTextContent('Typesecho U+202ExEnter');
    expect(dialog).toHaveTextContent('It replaces the default Hello.');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Trust and run' }));
    expect(await answer).toBe('ff');
  });
});

describe('the project switcher', () => {
  it('is a combobox that keys alone can use', async () => {
    const app = testApp();
    const project = { path: '/repo', name: 'repo', used: '2026-11-21T12:00:00Z', exists: true };
    app.projects.list = [project, { ...project, path: '/other', name: 'other' }];
    app.chooseProject = vi.fn(async () => undefined);
    show(app, ProjectPicker);
    const box = screen.getByRole('combobox', { name: 'Project' });
    expect(box).toHaveTextContent('repo');
    box.focus();
    await userEvent.keyboard('{Enter}');
    const options = screen.getAllByRole('option').map((option) => option.textContent?.trim());
    expect(options.map((text) => text?.split(/\s{2,}|\//)[0]?.trim())).toEqual([
      expect.stringMatching(/^repo/),
      expect.stringMatching(/^other/),
      expect.stringMatching(/^No project/),
      expect.stringMatching(/^Open folder…/),
    ]);
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(app.chooseProject).toHaveBeenCalledWith('/other');
  });
});

describe('without a host', () => {
  const cover = (app: App) =>
    render(Provide, { props: { app, of: NoHost as never, props: { over: false } } });

  it('one that hangs is told from one that can’t be reached, whoever found out', async () => {
    const found = testApp();
    found.connection.lost(0, new DoorError(0, { code: 'host_silent', message: 'the host does not answer' }));
    const first = cover(found);
    expect(screen.getByRole('alert')).toHaveTextContent(/The host does not answer.*kill -CONT/s);
    first.unmount();
    const waiting = testApp();
    cover(waiting);
    expect(screen.queryByRole('alert')).toBeNull();
    waiting.connection.silent = true;
    expect(await screen.findByRole('alert')).toHaveTextContent(/kill -CONT/);
  });
});

describe('the list of terminals', () => {
  it('names each by its codename and describes the rest', () => {
    const app = testApp();
    app.terminals.put(terminal());
    app.terminals.attention.set('term-1', { kind: 'bell', words: 'rang the bell' });
    show(app, TerminalList);
    const button = screen.getByRole('button', { name: 'brave-alpaca' });
    expect(button).toHaveAccessibleDescription('Hello, at its prompt, in /repo, needs a look');
  });
});
