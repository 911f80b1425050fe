// Where the focus is among the areas of the window, and where it goes when what had it is gone.

import { tick } from 'svelte';

import type { App } from './app.svelte';
import type { Aside } from './layout.svelte';

const AREAS = ['actions', 'terminal', 'status', 'aside', 'messages'] as const;
type Area = (typeof AREAS)[number];

/** Where each area begins on the page, innermost first. */
const WITHIN: [Area, string][] = [
  ['status', 'footer.status'],
  ['aside', 'aside'],
  ['messages', '.toasts'],
  ['actions', 'nav'],
  ['terminal', 'main'],
];

function find(selector: string): HTMLElement | undefined {
  // What a narrow pane has no room for is not shown.
  return [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.getClientRects().length > 0);
}

/** Where the focus goes in an area; the area is not there if this is nowhere. */
function entry(app: App, area: Area): (() => unknown) | undefined {
  const { active } = app.layout;
  const into = (selector: string): (() => void) | undefined => {
    const element = find(selector);
    return element && (() => element.focus());
  };
  switch (area) {
    case 'actions':
      return () => focusActions(app);
    case 'terminal':
      return active === null ? into('main button') : () => app.showTerminal(active);
    case 'status':
      return active === null ? undefined : into(`#region-${active} footer.status button`);
    case 'aside':
      return into('aside');
    case 'messages':
      return into('.toast:last-child button');
  }
}

/** Goes to the next area that is there, or to the one before, around the ends. */
export function stepArea(app: App, by: 1 | -1): void {
  const here = WITHIN.find(([, selector]) => document.activeElement?.closest(selector))?.[0] ?? 'terminal';
  const at = AREAS.indexOf(here);
  for (let step = 1; step <= AREAS.length; step += 1) {
    const go = entry(app, AREAS[(at + by * step + AREAS.length * step) % AREAS.length]!);
    if (go) return void go();
  }
}

/** Goes to the action that Tab would reach, or to what stands there where none is. */
export async function focusActions(app: App): Promise<void> {
  app.layout.sidebar = true;
  app.layout.fold('actions', false);
  await tick();
  (find('.actions [data-stop][tabindex="0"]') ?? find('.actions .create'))?.focus();
}

/** Opens the panel at the right for somebody who asked for it by a command: the focus goes there. */
export async function openAside(app: App, aside: NonNullable<Aside>): Promise<void> {
  app.layout.aside = aside;
  await tick();
  find('aside')?.focus();
}

/** Gives the focus back to where it was; else to the terminal in front, else to what stands in its place. */
export async function giveBack(app: App, before?: Element | null): Promise<void> {
  await tick();
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  if (before instanceof HTMLElement && before.isConnected && !before.closest('.viewer')) before.focus();
  // What was chosen in the palette runs in the next frame, and may want the focus.
  await new Promise(requestAnimationFrame);
  if (document.activeElement === document.body) entry(app, 'terminal')?.();
}

/** The connection is back: who worked in a terminal goes on in it, which takes no other window's size. */
export async function resume(app: App, before: Element | null): Promise<void> {
  if (before?.isConnected && before.closest('.viewer')) app.focusFront();
  else await giveBack(app, before);
}
