import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import Dialogs from '../src/components/dialogs/Dialogs.svelte';
import { paletteEntries, soughtEntries, type PaletteEntry } from '../src/components/palette';
import { PaletteSearch } from '../src/components/palette-search';
import { action, terminal, testApp } from './fixtures';
import Provide from './Provide.svelte';

const entry = (label: string, group: PaletteEntry['group'] = 'Actions'): PaletteEntry => ({
  id: label,
  group,
  label,
  run: () => undefined,
});

function labels(search: PaletteSearch, text: string): string[] {
  return search.found(text).flatMap(({ entries }) => entries.map(({ label }) => label));
}

describe('the palette’s search', () => {
  const some = ['Run Tests', 'Start', 'Create Project', 'Release 10 crates'].map((label) => entry(label));

  it('finds beginnings, words, initials and letters in their order', () => {
    const search = new PaletteSearch(some, () => []);
    expect(labels(search, 'run')[0]).toBe('Run Tests');
    expect(labels(search, 'proj')[0]).toBe('Create Project');
    expect(labels(search, 'rt')[0]).toBe('Run Tests');
    expect(labels(search, 'rlscr')).toEqual(['Release 10 crates']);
    expect(labels(search, 'xyz')).toEqual([]);
  });

  it('finds the best of thousands, initials among them', () => {
    const many = Array.from({ length: 3000 }, (_, at) => entry(`Start part ${at}`));
    const search = new PaletteSearch([...many, ...some], () => []);
    expect(labels(search, 'part 2718')[0]).toBe('Start part 2718');
    expect(labels(search, 'rt')[0]).toBe('Run Tests');
  });

  it('lists what is sought after what is listed anyway, and makes it only when something is typed', () => {
    const sought = vi.fn(() => [entry('Edit Start')]);
    const search = new PaletteSearch(some, sought);
    expect(labels(search, '')).not.toContain('Edit Start');
    expect(sought).not.toHaveBeenCalled();
    expect(labels(search, 'start')).toEqual(['Start', 'Edit Start']);
  });
});

describe('what is named so', () => {
  const app = testApp();
  Object.assign(app.native, { desktop: true });
  const named = ['Deploy', 'Quick Deploy', 'Delete old branches'];
  const actions = named.map((label) => action({ id: label, label }));
  app.actions.list = { project: null, actions, deleted: [], problems: [] };
  app.terminals.put(terminal({ codename: 'quiet-otter' }));
  const search = new PaletteSearch(paletteEntries(app), () => soughtEntries(app));

  it('comes first, and nothing that only has the letters somewhere comes after it', () => {
    expect(labels(search, 'deleted')).toEqual(['Deleted actions…']);
    expect(labels(search, 'quit')).toEqual(['Quit']);
    expect(labels(search, 'delete')).toEqual(expect.arrayContaining(['Delete Deploy', 'Deleted actions…']));
    expect(labels(search, 'dltd')).toContain('Deleted actions…');
  });
});

describe('the palette', () => {
  it('draws what shows, and all of it when one goes there', async () => {
    const app = testApp();
    const actions = Array.from({ length: 1000 }, (_, at) => action({ id: `a${at}`, label: `Action ${at}` }));
    app.actions.list = { project: null, actions, deleted: [], problems: [] };
    render(Provide, { app, of: Dialogs as never });
    void app.dialogs.ask({ kind: 'palette' });
    const user = userEvent.setup();
    const field = await screen.findByRole('combobox', { hidden: true });
    await user.type(field, 'action');
    const options = () => screen.getAllByRole('option', { hidden: true });
    expect(options().length).toBeLessThan(20);
    await user.keyboard('{ArrowUp}');
    expect(options().length).toBe(40);
    expect(options().at(-1)).toHaveAttribute('aria-selected', 'true');
    expect(field).toHaveAttribute('aria-activedescendant', options().at(-1)!.id);
  });
});
