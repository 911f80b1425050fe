// The tabs and panes of this window. The host keeps them for the next window, wherever that is.

import * as tree from './tree';
import type { Pane, Side, Tree } from './tree';

export type Aside = { kind: 'problems' } | { kind: 'run'; run: string } | null;

/** How the column at the left is divided. */
export interface Column {
  /** In pixels. */
  width: number;
  /** The part of its height that many terminals keep, from 0 to 1. */
  terminals: number;
  /** The sections and groups of which only the heading shows. */
  folded: string[];
}

export const USUAL_COLUMN: Column = { width: 256, terminals: 0.42, folded: [] };
/** How low details below the terminals can be, in pixels, and what part of the window they can have. */
export const DETAILS_LIMITS = { least: 120, part: 0.7 } as const;
export const COLUMN_LIMITS = { width: [200, 480], terminals: [0.15, 0.8] } as const;

/** What is kept, and the version of its shape. */
export const LAYOUT_VERSION = 1;

export interface KeptState {
  root: Tree;
  focused: number;
  sidebar: boolean;
  column?: Column;
  /** The height of details that stand below the terminals, in pixels; not there until somebody chose one. */
  details?: number;
  /** The chosen project's path; null is "no project", and not there that none was ever chosen. */
  project?: string | null;
  /** Somebody read that closing the window ends no terminal. */
  told?: boolean;
}

/** How many terminals come up as tabs in a window that knows no layout yet. */
const FIRST_TABS = 8;

export class Layout {
  root: Tree = $state.raw(tree.emptyPane());
  /** The pane that new tabs open in. */
  focused = $state(1);
  private asideShown: Aside = $state.raw(null);
  private sidebarShown = $state(true);
  private divided: Column = $state.raw(USUAL_COLUMN);
  private detailsHeight: number | undefined = $state();
  private project: string | null | undefined;
  private restored = false;
  private saving: Promise<void> | null = null;
  private unsaved = false;
  private told = false;

  panes = $derived(tree.panes(this.root));
  pane = $derived(this.panes.find((pane) => pane.id === this.focused) ?? this.panes[0]!);
  /** The terminal in front of the focused pane. */
  active = $derived(this.pane.active);
  /** Everything that can be seen. */
  visible = $derived(new Set(this.panes.map((pane) => pane.active)));

  constructor(
    private readonly keep: (state: KeptState) => Promise<unknown>,
    /** Somebody gave terminals another room: those on screen are to have the size of theirs. */
    private readonly sizedByHand: () => void = () => undefined,
  ) {}

  get sidebar(): boolean {
    return this.sidebarShown;
  }

  set sidebar(shown: boolean) {
    if (shown === this.sidebarShown) return;
    this.sidebarShown = shown;
    this.sizedByHand();
    void this.save();
  }

  get aside(): Aside {
    return this.asideShown;
  }

  set aside(shown: Aside) {
    const changes = (shown === null) !== (this.asideShown === null);
    this.asideShown = shown;
    if (changes) this.sizedByHand();
  }

  get column(): Column {
    return this.divided;
  }

  set column(column: Column) {
    this.divided = column;
    void this.save();
  }

  get details(): number | undefined {
    return this.detailsHeight;
  }

  set details(height: number | undefined) {
    this.detailsHeight = height;
    this.sizedByHand();
    void this.save();
  }

  isFolded(section: string): boolean {
    return this.divided.folded.includes(section);
  }

  fold(section: string, folded: boolean): void {
    if (this.isFolded(section) === folded) return;
    const others = this.divided.folded.filter((name) => name !== section);
    this.column = { ...this.divided, folded: folded ? [...others, section] : others };
  }

  /** Another project was chosen: the next window begins with it. */
  choose(project: string | null): void {
    this.project = project;
    void this.save();
  }

  /** Whether somebody read that closing the window ends no terminal. */
  get isTold(): boolean {
    return this.told;
  }

  /** Somebody has read it; answers when the host knows. */
  tell(): Promise<void> {
    this.told = true;
    return this.save();
  }

  /** Whether a kept layout has been brought back already; later ones are other windows'. */
  get isRestored(): boolean {
    return this.restored;
  }

  /** Brings the kept layout back the first time; always drops the terminals that are gone. */
  restore(terminals: string[], kept: unknown): void {
    const alive = new Set(terminals);
    if (!this.restored) {
      this.restored = true;
      const state = readKept(kept);
      if (state) {
        this.root = state.root;
        this.focused = state.focused;
        this.sidebarShown = state.sidebar;
        this.divided = state.column ?? USUAL_COLUMN;
        this.detailsHeight = state.details;
        if (this.project === undefined) this.project = state.project;
        this.told = state.told === true;
      } else {
        const start: Tree = tree.emptyPane();
        this.root = terminals.slice(-FIRST_TABS).reduce<Tree>((root, id) => tree.show(root, 1, id), start);
      }
    }
    this.set(tree.prune(this.root, (id) => alive.has(id)));
  }

  show(terminal: string): void {
    const root = tree.show(this.root, this.pane.id, terminal);
    this.set(root, tree.paneOf(root, terminal)?.id);
  }

  hide(terminal: string): void {
    this.set(tree.hide(this.root, terminal));
  }

  move(terminal: string, pane: number, at: number): void {
    this.set(tree.move(this.root, terminal, pane, at), pane);
    this.sizedByHand();
  }

  split(pane: number, side: Side, terminal: string): void {
    const root = tree.split(this.root, pane, side, terminal);
    this.set(root, tree.paneOf(root, terminal)?.id);
    this.sizedByHand();
  }

  resize(split: number, sizes: number[]): void {
    this.set(tree.resize(this.root, split, sizes));
    this.sizedByHand();
  }

  focus(pane: Pane): void {
    if (this.focused === pane.id) return;
    this.focused = pane.id;
    void this.save();
  }

  /** The pane at a side of the focused one. */
  beside(side: Side): Pane | undefined {
    return tree.beside(this.root, this.pane.id, side);
  }

  /** The pane `by` places on from the focused one, in the order of reading and around the ends. */
  paneAt(by: number): Pane {
    const at = this.panes.indexOf(this.pane);
    return this.panes[(at + by + this.panes.length) % this.panes.length]!;
  }

  /** The tab `by` places on in the focused pane, around the ends. */
  step(by: number): string | undefined {
    const { tabs, active } = this.pane;
    if (tabs.length === 0) return undefined;
    const at = active === null ? 0 : tabs.indexOf(active);
    return tabs[(at + by + tabs.length) % tabs.length];
  }

  private set(root: Tree, focused = this.focused): void {
    this.root = root;
    this.focused = focused;
    if (!tree.panes(root).some((pane) => pane.id === this.focused)) this.focused = tree.panes(root)[0]!.id;
    void this.save();
  }

  /** Hands the newest state to the host; answers when it has it. */
  private save(): Promise<void> {
    if (!this.restored) return Promise.resolve();
    this.unsaved = true;
    this.saving ??= this.write().finally(() => (this.saving = null));
    return this.saving;
  }

  /** One state at a time: what changes meanwhile goes with the next. */
  private async write(): Promise<void> {
    while (this.unsaved) {
      this.unsaved = false;
      const { root, focused, details, project, told } = this;
      const state = {
        root,
        focused,
        sidebar: this.sidebarShown,
        column: this.divided,
        details,
        project,
        told,
      };
      // A host that is gone has no terminals to lay out; the next change is kept again.
      await this.keep(state).catch(() => undefined);
    }
  }
}

/** A layout as it was kept, or null if it is none: it came from a file that anybody may have written. */
export function readKept(kept: unknown): KeptState | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { version, state } = kept as { version?: unknown; state?: Partial<KeptState> };
  if (version !== LAYOUT_VERSION || typeof state !== 'object' || state === null) return null;
  if (!tree.isTree(state.root) || typeof state.focused !== 'number') return null;
  const { root, focused, details, project, told } = state;
  const known = project === null || typeof project === 'string';
  return {
    root,
    focused,
    sidebar: state.sidebar !== false,
    column: readColumn(state.column),
    details: typeof details === 'number' && details >= DETAILS_LIMITS.least ? details : undefined,
    project: known ? project : undefined,
    told: told === true,
  };
}

function readColumn(kept: unknown): Column | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { width, terminals, folded } = kept as Partial<Record<keyof Column, unknown>>;
  const within = (value: unknown, [least, most]: readonly [number, number], usual: number) =>
    typeof value === 'number' && value >= least && value <= most ? value : usual;
  return {
    width: within(width, COLUMN_LIMITS.width, USUAL_COLUMN.width),
    terminals: within(terminals, COLUMN_LIMITS.terminals, USUAL_COLUMN.terminals),
    folded: Array.isArray(folded) ? folded.filter((name) => typeof name === 'string') : [],
  };
}
