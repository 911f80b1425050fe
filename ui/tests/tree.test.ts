import { describe, expect, it } from 'vitest';

import * as tree from '../src/stores/tree';
import type { Tree } from '../src/stores/tree';

const open = (...ids: string[]): Tree =>
  ids.reduce<Tree>((root, id) => tree.show(root, 1, id), tree.emptyPane());
const shape = (root: Tree): unknown =>
  root.kind === 'pane'
    ? root.tabs.map((tab) => (tab === root.active ? `*${tab}` : tab)).join(' ')
    : { [root.direction]: root.children.map(shape) };

describe('a layout', () => {
  it('opens tabs at the end and brings known ones to the front', () => {
    expect(shape(open('a', 'b', 'c'))).toBe('a b *c');
    expect(shape(tree.show(open('a', 'b', 'c'), 1, 'a'))).toBe('*a b c');
  });

  it('brings the neighbour to the front when a tab goes', () => {
    expect(shape(tree.hide(tree.show(open('a', 'b', 'c'), 1, 'b'), 'b'))).toBe('a *c');
    expect(shape(tree.hide(open('a', 'b', 'c'), 'c'))).toBe('a *b');
    expect(shape(tree.hide(open('a'), 'a'))).toBe('');
  });

  it('splits to a side and folds again when a pane is empty', () => {
    const right = tree.split(open('a', 'b'), 1, 'right', 'b');
    expect(shape(right)).toEqual({ row: ['*a', '*b'] });
    expect(shape(tree.split(right, 1, 'above', 'b'))).toEqual({ column: ['*b', '*a'] });
    expect(shape(tree.hide(right, 'a'))).toBe('*b');
  });

  it('knows what lies at each side of a pane', () => {
    // A | (B over C | D)
    const two = tree.split(open('a', 'b', 'c', 'd'), 1, 'right', 'b');
    const of = (root: Tree, terminal: string) => tree.paneOf(root, terminal)!.id;
    const three = tree.split(two, of(two, 'b'), 'below', 'c');
    const root = tree.split(three, of(three, 'c'), 'right', 'd');
    expect(shape(root)).toEqual({ row: ['*a', { column: ['*b', { row: ['*c', '*d'] }] }] });
    const go = (from: string, side: tree.Side) => tree.beside(root, of(root, from), side)?.active ?? null;
    expect(['left', 'right', 'above', 'below'].map((side) => go('a', side as tree.Side))).toEqual([
      null,
      'b',
      null,
      null,
    ]);
    expect(go('b', 'right')).toBeNull();
    expect(go('b', 'below')).toBe('c');
    expect(go('b', 'left')).toBe('a');
    expect(go('c', 'left')).toBe('a');
    expect(go('c', 'right')).toBe('d');
    expect(go('d', 'above')).toBe('b');
    expect(go('d', 'below')).toBeNull();
  });

  it('puts a further split of the same direction beside its siblings', () => {
    const two = tree.split(open('a', 'b', 'c'), 1, 'right', 'c');
    const three = tree.split(two, 1, 'right', 'b');
    expect(shape(three)).toEqual({ row: ['*a', '*b', '*c'] });
    expect((three as tree.Split).sizes).toEqual([1, 1, 1]);
    const uneven = tree.resize(two, (two as tree.Split).id, [3, 1]);
    expect((tree.split(uneven, 1, 'right', 'b') as tree.Split).sizes).toEqual([1.5, 1.5, 1]);
  });

  it('can’t split a pane’s only tab off itself', () => {
    expect(shape(tree.split(open('a'), 1, 'right', 'a'))).toBe('*a');
  });

  it('opens a new terminal straight into a split', () => {
    expect(shape(tree.split(open('a'), 1, 'below', 'b'))).toEqual({ column: ['*a', '*b'] });
  });

  it('moves tabs within a pane and between panes', () => {
    expect(shape(tree.move(open('a', 'b', 'c'), 'c', 1, 0))).toBe('*c a b');
    const two = tree.split(open('a', 'b', 'c'), 1, 'right', 'c');
    const other = tree.paneOf(two, 'c')!.id;
    expect(shape(tree.move(two, 'a', other, 0))).toEqual({ row: ['*b', '*a c'] });
  });

  it('forgets terminals that are gone, and keeps one empty pane', () => {
    const two = tree.split(open('a', 'b'), 1, 'right', 'b');
    expect(shape(tree.prune(two, (id) => id === 'a'))).toBe('*a');
    expect(shape(tree.prune(two, () => false))).toBe('');
  });

  it('never gives two panes one id', () => {
    let root = open('a', 'b', 'c', 'd');
    for (const id of ['b', 'c', 'd']) root = tree.split(root, 1, id === 'c' ? 'below' : 'right', id);
    const ids = tree.panes(root).map((pane) => pane.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
