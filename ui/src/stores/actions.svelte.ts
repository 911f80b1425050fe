// The toolbar's actions, as the host has them now.

import type { Door } from '../api/door';
import type { ActionList, ActionView, Problem } from '../api/types';

export interface ActionGroup {
  name: string;
  actions: ActionView[];
}

const EMPTY: ActionList = { project: null, actions: [], deleted: [], problems: [] };

export class Actions {
  list: ActionList = $state.raw(EMPTY);
  loaded = $state(false);
  /** How the last change of a file is undone, until something else changed or it is undone. */
  undo: { of: string; run: () => unknown } | null = $state.raw(null);
  filter = $state('');

  groups: ActionGroup[] = $derived(grouped(this.list.actions));
  /** Each action's place in the whole list, whatever the filter shows: shortcuts go by it. */
  places = $derived(new Map(this.groups.flatMap((group) => group.actions).map((action, at) => [action, at])));
  /** What the filter leaves of them. */
  shown: ActionGroup[] = $derived(
    this.groups
      .map(({ name, actions }) => ({
        name,
        actions: actions.filter((action) => matches(action, this.filter)),
      }))
      .filter((group) => group.actions.length > 0),
  );
  problems: Problem[] = $derived([
    ...this.list.problems,
    ...this.list.actions.flatMap((action) => action.problems),
  ]);

  private asked = 0;

  constructor(private readonly door: Door) {}

  /** Lists the actions of a project; an answer that a later question overtook is dropped. */
  async load(project: string | null): Promise<void> {
    const question = ++this.asked;
    const list = await this.door.actions(project);
    if (question !== this.asked) return;
    this.list = list;
    this.loaded = true;
  }
}

/** Project, own, defaults. */
export function grouped(actions: ActionView[]): ActionGroup[] {
  return [
    { name: 'Project', actions: actions.filter((action) => action.scope === 'project') },
    { name: 'Yours', actions: actions.filter((action) => action.scope === 'user' && !action.default) },
    { name: 'Defaults', actions: actions.filter((action) => action.scope === 'user' && action.default) },
  ].filter((group) => group.actions.length > 0);
}

/** The first so many actions of all groups together; those that are folded have none. */
export function firstOf(
  groups: ActionGroup[],
  count: number,
  folded: (name: string) => boolean = () => false,
): ActionGroup[] {
  const first: ActionGroup[] = [];
  let left = count;
  for (const { name, actions } of groups) {
    if (left <= 0) break;
    const drawn = folded(name) ? [] : actions.slice(0, left);
    left -= drawn.length;
    first.push({ name, actions: drawn });
  }
  return first;
}

/** Whether the filter's words all occur in an action's label, id or tags. */
export function matches(action: ActionView, filter: string): boolean {
  const text = [action.label, action.id, ...action.tags].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
