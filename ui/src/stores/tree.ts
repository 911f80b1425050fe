// Where the terminals' tabs are: panes with tabs, and splits of panes. Pure: a tree in, a tree out.
// The order of tabs, what is in front, and sizes are here; drawing is `components/Split`.

export interface Pane {
  kind: 'pane';
  id: number;
  tabs: string[];
  active: string | null;
}

export interface Split {
  kind: 'split';
  id: number;
  /** `row` puts its children side by side, `column` one above the other. */
  direction: 'row' | 'column';
  children: Tree[];
  /** The children's shares; they need not sum up to 1. */
  sizes: number[];
}

export type Tree = Pane | Split;
export type Side = 'left' | 'right' | 'above' | 'below';

export function emptyPane(id = 1): Pane {
  return { kind: 'pane', id, tabs: [], active: null };
}

export function panes(tree: Tree): Pane[] {
  return tree.kind === 'pane' ? [tree] : tree.children.flatMap(panes);
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where each pane is, in a square of 1 by 1. */
function boxes(tree: Tree, box: Box = { left: 0, top: 0, right: 1, bottom: 1 }): { pane: Pane; box: Box }[] {
  if (tree.kind === 'pane') return [{ pane: tree, box }];
  const total = tree.sizes.reduce((sum, size) => sum + size, 0);
  const [from, length] =
    tree.direction === 'row' ? [box.left, box.right - box.left] : [box.top, box.bottom - box.top];
  let before = 0;
  return tree.children.flatMap((child, at) => {
    const start = from + (before / total) * length;
    before += tree.sizes[at]!;
    const end = from + (before / total) * length;
    return boxes(
      child,
      tree.direction === 'row' ? { ...box, left: start, right: end } : { ...box, top: start, bottom: end },
    );
  });
}

/** The edge of a pane at a side, and the edge of its neighbour there. */
const EDGES: Record<Side, [keyof Box, keyof Box]> = {
  left: ['left', 'right'],
  right: ['right', 'left'],
  above: ['top', 'bottom'],
  below: ['bottom', 'top'],
};

/** The pane that one comes to by going from a pane to a side: of several the one that shares most of the edge. */
export function beside(tree: Tree, pane: number, side: Side): Pane | undefined {
  const all = boxes(tree);
  const here = all.find((one) => one.pane.id === pane)?.box;
  if (!here) return undefined;
  const [near, far] = EDGES[side];
  const [start, end]: [keyof Box, keyof Box] =
    directionOf(side) === 'row' ? ['top', 'bottom'] : ['left', 'right'];
  const shared = (box: Box): number => Math.min(here[end], box[end]) - Math.max(here[start], box[start]);
  // Shares are sums of fractions: an edge is the same within a little.
  const little = 1e-6;
  return all
    .filter(({ box }) => Math.abs(box[far] - here[near]) < little && shared(box) > little)
    .reduce<{ pane: Pane; box: Box } | undefined>(
      (best, one) => (best && shared(best.box) + little >= shared(one.box) ? best : one),
      undefined,
    )?.pane;
}

export function paneOf(tree: Tree, terminal: string): Pane | undefined {
  return panes(tree).find((pane) => pane.tabs.includes(terminal));
}

/** Brings a terminal to the front: where it is, else as a new tab at the end of `pane`. */
export function show(tree: Tree, pane: number, terminal: string): Tree {
  const home = paneOf(tree, terminal);
  if (home) return change(tree, home.id, (there) => ({ ...there, active: terminal }));
  const target = panes(tree).find((other) => other.id === pane) ?? panes(tree)[0]!;
  return change(tree, target.id, (there) => ({
    ...there,
    tabs: [...there.tabs, terminal],
    active: terminal,
  }));
}

/** Takes a tab away; its neighbour comes to the front, and an empty pane goes unless it is the last. */
export function hide(tree: Tree, terminal: string): Tree {
  const home = paneOf(tree, terminal);
  if (!home) return tree;
  return tidy(
    change(tree, home.id, (pane) => {
      const at = pane.tabs.indexOf(terminal);
      const tabs = pane.tabs.filter((tab) => tab !== terminal);
      const active = pane.active === terminal ? (tabs[at] ?? tabs[at - 1] ?? null) : pane.active;
      return { ...pane, tabs, active };
    }),
  );
}

/** Puts a tab at a place among the tabs of a pane. */
export function move(tree: Tree, terminal: string, pane: number, at: number): Tree {
  const home = paneOf(tree, terminal);
  if (!home) return tree;
  if (home.id === pane) {
    return change(tree, pane, (there) => {
      const rest = there.tabs.filter((tab) => tab !== terminal);
      return { ...there, tabs: rest.toSpliced(at, 0, terminal), active: terminal };
    });
  }
  const put = change(tree, pane, (there) => ({
    ...there,
    tabs: there.tabs.toSpliced(at, 0, terminal),
    active: terminal,
  }));
  return tidy(
    change(put, home.id, (there) => {
      const index = there.tabs.indexOf(terminal);
      const tabs = there.tabs.filter((tab) => tab !== terminal);
      const active = there.active === terminal ? (tabs[index] ?? tabs[index - 1] ?? null) : there.active;
      return { ...there, tabs, active };
    }),
  );
}

/** Puts a tab into a new pane at one side of `pane`. A pane's only tab can't be split off itself. */
export function split(tree: Tree, pane: number, side: Side, terminal: string): Tree {
  const grown = halve(tree, pane, side, terminal);
  // Panes that were of one size stay so: the third of a row takes its part of both, and not half of one.
  const row = parentOf(tree, pane);
  const even = row?.sizes.every((size) => Math.abs(size / row.sizes[0]! - 1) < 0.01);
  if (!row || !even || row.direction !== directionOf(side)) return grown;
  const home = paneOf(grown, terminal);
  const now = home && parentOf(grown, home.id);
  return now?.direction === row.direction
    ? resize(
        grown,
        now.id,
        now.children.map(() => 1),
      )
    : grown;
}

function directionOf(side: Side): Split['direction'] {
  return side === 'left' || side === 'right' ? 'row' : 'column';
}

/** The split that a pane is directly in. */
function parentOf(tree: Tree, pane: number): Split | undefined {
  if (tree.kind === 'pane') return undefined;
  if (tree.children.some((child) => child.kind === 'pane' && child.id === pane)) return tree;
  return tree.children.map((child) => parentOf(child, pane)).find((found) => found !== undefined);
}

function halve(tree: Tree, pane: number, side: Side, terminal: string): Tree {
  const home = paneOf(tree, terminal);
  if (home?.id === pane && home.tabs.length === 1) return tree;
  const fresh: Pane = { kind: 'pane', id: nextId(tree), tabs: [], active: null };
  const before = side === 'left' || side === 'above';
  const grown = replace(tree, pane, (there) => ({
    kind: 'split',
    id: fresh.id + 1,
    direction: directionOf(side),
    children: before ? [fresh, there] : [there, fresh],
    sizes: [1, 1],
  }));
  if (!home) {
    return merge(change(grown, fresh.id, (there) => ({ ...there, tabs: [terminal], active: terminal })));
  }
  return merge(move(grown, terminal, fresh.id, 0));
}

export function resize(tree: Tree, splitId: number, sizes: number[]): Tree {
  if (tree.kind === 'pane') return tree;
  if (tree.id === splitId) return { ...tree, sizes };
  return { ...tree, children: tree.children.map((child) => resize(child, splitId, sizes)) };
}

/** Keeps only the terminals that still exist. */
export function prune(tree: Tree, exists: (terminal: string) => boolean): Tree {
  const gone = panes(tree)
    .flatMap((pane) => pane.tabs)
    .filter((tab) => !exists(tab));
  return gone.reduce(hide, tree);
}

/** Whether a value that was read from somewhere is a tree: whole, and with each id and tab in one place. */
export function isTree(value: unknown): value is Tree {
  const ids = new Set<number>();
  const tabs = new Set<string>();
  const once = <A>(seen: Set<A>, item: A): boolean => !seen.has(item) && Boolean(seen.add(item));
  const fits = (node: unknown, depth: number): boolean => {
    if (typeof node !== 'object' || node === null || depth > 32) return false;
    const one = node as Partial<Omit<Pane, 'kind'> & Omit<Split, 'kind'>> & { kind?: unknown };
    if (typeof one.id !== 'number' || !once(ids, one.id)) return false;
    if (one.kind === 'pane') {
      if (!Array.isArray(one.tabs)) return false;
      const whole = one.tabs.every((tab) => typeof tab === 'string' && once(tabs, tab));
      return whole && (one.active === null || one.tabs.includes(one.active as string));
    }
    if (one.kind !== 'split' || !Array.isArray(one.children) || !Array.isArray(one.sizes)) return false;
    return (
      (one.direction === 'row' || one.direction === 'column') &&
      one.children.length > 1 &&
      one.sizes.length === one.children.length &&
      one.sizes.every((size) => typeof size === 'number' && size > 0) &&
      one.children.every((child) => fits(child, depth + 1))
    );
  };
  return fits(value, 0);
}

function change(tree: Tree, pane: number, to: (pane: Pane) => Pane): Tree {
  return replace(tree, pane, to);
}

function replace(tree: Tree, pane: number, to: (pane: Pane) => Tree): Tree {
  if (tree.kind === 'pane') return tree.id === pane ? to(tree) : tree;
  return { ...tree, children: tree.children.map((child) => replace(child, pane, to)) };
}

/** Drops empty panes and splits that hold one child. */
function tidy(tree: Tree): Tree {
  return strip(tree) ?? emptyPane(panes(tree)[0]!.id);
}

function strip(tree: Tree): Tree | null {
  if (tree.kind === 'pane') return tree.tabs.length > 0 ? tree : null;
  const kept = tree.children
    .map((child, at) => ({ child: strip(child), size: tree.sizes[at] ?? 1 }))
    .filter((entry): entry is { child: Tree; size: number } => entry.child !== null);
  if (kept.length === 0) return null;
  if (kept.length === 1) return kept[0]!.child;
  return merge({
    ...tree,
    children: kept.map((entry) => entry.child),
    sizes: kept.map((entry) => entry.size),
  });
}

/** A split inside a split of the same direction becomes part of it, so that sizes are shared evenly. */
function merge(tree: Tree): Tree {
  if (tree.kind === 'pane') return tree;
  const children: Tree[] = [];
  const sizes: number[] = [];
  tree.children.map(merge).forEach((child, at) => {
    const size = tree.sizes[at] ?? 1;
    if (child.kind === 'split' && child.direction === tree.direction) {
      const total = child.sizes.reduce((sum, share) => sum + share, 0);
      child.children.forEach((inner, index) => {
        children.push(inner);
        sizes.push((size * (child.sizes[index] ?? 1)) / total);
      });
    } else {
      children.push(child);
      sizes.push(size);
    }
  });
  return { ...tree, children, sizes };
}

function nextId(tree: Tree): number {
  return tree.kind === 'pane' ? tree.id + 1 : Math.max(tree.id + 1, ...tree.children.map(nextId));
}
