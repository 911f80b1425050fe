// The tabs and panes of this window, kept for the next start.

import { recall, remember } from './memory';
import * as tree from './tree';
import type { Pane, Side, Tree } from './tree';

export type Aside = { kind: 'problems' } | { kind: 'run'; run: string } | null;

interface Saved {
  root: Tree;
  focused: number;
}

/** How many terminals come up as tabs in a window that knows no layout yet. */
const FIRST_TABS = 8;

export class Layout {
  root: Tree = $state.raw(tree.emptyPane());
  /** The pane that new tabs open in. */
  focused = $state(1);
  aside: Aside = $state.raw(null);
  sidebar = $state(true);
  private saved = recall<Saved>('layout');
  private restored = false;

  panes = $derived(tree.panes(this.root));
  pane = $derived(this.panes.find((pane) => pane.id === this.focused) ?? this.panes[0]!);
  /** The terminal in front of the focused pane. */
  active = $derived(this.pane.active);
  /** Everything that can be seen. */
  visible = $derived(new Set(this.panes.map((pane) => pane.active)));

  /** Brings the last start's layout back, without the terminals that are gone. */
  restore(terminals: string[]): void {
    const alive = new Set(terminals);
    if (!this.restored) {
      this.restored = true;
      if (this.saved) {
        this.root = this.saved.root;
        this.focused = this.saved.focused;
      } else {
        const start: Tree = tree.emptyPane();
        this.root = terminals.slice(-FIRST_TABS).reduce<Tree>((root, id) => tree.show(root, 1, id), start);
      }
    }
    this.set(tree.prune(this.root, (id) => alive.has(id)));
  }

  show(terminal: string): void {
    this.set(tree.show(this.root, this.pane.id, terminal));
    this.focused = tree.paneOf(this.root, terminal)?.id ?? this.focused;
  }

  hide(terminal: string): void {
    this.set(tree.hide(this.root, terminal));
  }

  move(terminal: string, pane: number, at: number): void {
    this.set(tree.move(this.root, terminal, pane, at));
    this.focused = pane;
  }

  split(pane: number, side: Side, terminal: string): void {
    this.set(tree.split(this.root, pane, side, terminal));
    this.focused = tree.paneOf(this.root, terminal)?.id ?? this.focused;
  }

  resize(split: number, sizes: number[]): void {
    this.set(tree.resize(this.root, split, sizes));
  }

  focus(pane: Pane): void {
    this.focused = pane.id;
  }

  /** The tab `by` places on in the focused pane, around the ends. */
  step(by: number): string | undefined {
    const { tabs, active } = this.pane;
    if (tabs.length === 0) return undefined;
    const at = active === null ? 0 : tabs.indexOf(active);
    return tabs[(at + by + tabs.length) % tabs.length];
  }

  private set(root: Tree): void {
    this.root = root;
    if (!tree.panes(root).some((pane) => pane.id === this.focused)) this.focused = tree.panes(root)[0]!.id;
    remember('layout', { root, focused: this.focused } satisfies Saved);
  }
}
