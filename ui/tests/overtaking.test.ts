import { describe, expect, it, vi } from 'vitest';

import { version } from '../package.json';
import type { HostEvent, ProjectView } from '../src/api/types';
import { Layout } from '../src/stores/layout.svelte';
import { panes } from '../src/stores/tree';
import { terminal, testApp } from './fixtures';

const settled = () => new Promise((done) => setTimeout(done));
const garden = { path: '/garden', name: 'garden', exists: true } as ProjectView;
const repo = { path: '/repo', name: 'repo', exists: true } as ProjectView;
const nothing = { project: null, actions: [], deleted: [], problems: [] };

/** What is answered by hand, in whatever order. */
function byHand<T>() {
  const answers: ((value: T) => void)[] = [];
  return { answers, ask: () => new Promise<T>((resolve) => answers.push(resolve)) };
}

/** An app whose host is the test: it tells events, and answers what it is asked. */
function follow(door: Record<string, unknown>) {
  const sockets: EventTarget[] = [];
  const app = testApp({
    socket: () => {
      sockets.push(Object.assign(new EventTarget(), { readyState: 1, send: vi.fn(), close: vi.fn() }));
      return sockets.at(-1);
    },
    runs: async () => [],
    codenames: async () => ({ met: [], of: 1 }),
    layout: async () => null,
    keepLayout: async () => undefined,
    tellColours: async () => undefined,
    config: async () => ({ ...app.settings, revision: 0, settings: app.settings.config, problems: [] }),
    projects: async () => [repo],
    actions: async () => nothing,
    ...door,
  });
  app.start();
  const tell = (event: object) =>
    sockets[0]!.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(event as HostEvent) }));
  const greet = (pid: number) => tell({ event: 'hello', version, pid });
  return { app, tell, greet };
}

describe('what overtakes something else', () => {
  it('an event that waited for the lists is taken before the next one', async () => {
    const lists = byHand<unknown[]>();
    const actions = byHand<typeof nothing>();
    const { app, tell, greet } = follow({ terminals: lists.ask, actions: actions.ask });
    const name = (codename: string) => ({
      event: 'terminal_changed',
      terminal: terminal({ id: 'a', codename }),
    });
    greet(1);
    await settled();
    tell({ event: 'actions_changed', project: null });
    tell(name('older'));
    lists.answers[0]!([]);
    actions.answers[0]!(nothing);
    await settled();
    // The actions are still being listed anew.
    tell(name('newer'));
    actions.answers[1]!(nothing);
    await settled();
    expect(app.terminals.get('a')?.codename).toBe('newer');
    app.stop();
  });

  it('lists of a connection that dropped are not taken once a newer one is listed', async () => {
    const lists = byHand<unknown[]>();
    const { app, tell, greet } = follow({ terminals: lists.ask });
    greet(1);
    tell({ event: 'notice', code: 'told', message: 'told once', hint: null, action: null, restore: null });
    greet(1);
    await settled();
    lists.answers[1]!([terminal({ id: 'newer' })]);
    await settled();
    lists.answers[0]!([terminal({ id: 'older' })]);
    await settled();
    expect(app.terminals.list.map(({ id }) => id)).toEqual(['newer']);
    expect(app.toasts.items.map(({ title }) => title)).toEqual(['Told once.']);
    expect(app.connection.state.kind).toBe('ready');
    app.stop();
  });

  it('an older list of projects takes no chosen project away', async () => {
    const lists = byHand<ProjectView[]>();
    const app = testApp({ projects: lists.ask, addProject: async () => garden });
    const older = app.projects.load();
    await app.projects.choose('/garden');
    lists.answers[0]!([repo]);
    await older;
    expect(app.projects.current).toBe('/garden');
    expect(app.projects.view).toEqual(garden);
    const [first, second] = [app.projects.load(), app.projects.load()];
    lists.answers[2]!([{ ...garden, exists: false }]);
    lists.answers[1]!([garden]);
    await Promise.all([first, second]);
    expect(app.projects.gone).toBe(true);
  });

  it('what is kept of a layout has the pane that the terminal came to the front in', async () => {
    const kept: (string | null)[] = [];
    const layout = new Layout(async ({ root, focused }) => {
      kept.push(panes(root).find(({ id }) => id === focused)?.active ?? null);
    });
    layout.restore(['a', 'b'], null);
    await settled();
    layout.split(1, 'right', 'a');
    expect(kept.at(-1)).toBe('a');
  });
});
