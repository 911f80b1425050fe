// The window's commands and their keys: the usual ones, unless config.yaml has others.
// What a command does is `components/shortcuts`.

import type { WindowCommand } from '../api/types';
import { MAC } from '../terminal/keys';
import { ordered, pressed, shown } from './keys';
import type { Settings } from './settings.svelte';

interface About {
  label: string;
  /** The first one is shown. */
  usual: string[];
  /** Also these, while no terminal has the focus: there they are the shell's. */
  outside?: string[];
  /** Only in a terminal that has prompts: elsewhere, and in a program on the whole screen, the keys select text. */
  atPrompts?: boolean;
  /** A program on the whole screen has these keys, unless the user gave them to the command. */
  yields?: boolean;
}

type Numbered = Extract<WindowCommand, `${'tab' | 'action'}-${number}`>;

const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

export const COMMANDS: Record<WindowCommand, About> = {
  palette: {
    label: 'Command palette',
    usual: MAC ? ['Cmd+K', 'Shift+Cmd+P'] : ['Ctrl+Shift+P'],
    outside: MAC ? [] : ['Ctrl+K'],
  },
  settings: { label: 'Settings', usual: MAC ? ['Cmd+,'] : ['Ctrl+,'] },
  'new-terminal': { label: 'New terminal', usual: MAC ? ['Cmd+T'] : ['Ctrl+Shift+T'] },
  'close-terminal': { label: 'Close terminal', usual: MAC ? ['Cmd+W'] : ['Ctrl+Shift+W'] },
  'split-right': { label: 'Split right', usual: MAC ? ['Cmd+D'] : ['Ctrl+Shift+D'] },
  'split-down': { label: 'Split down', usual: MAC ? ['Shift+Cmd+D'] : ['Ctrl+Shift+E'] },
  find: { label: 'Find in terminal', usual: MAC ? ['Cmd+F', 'Shift+Cmd+F'] : ['Ctrl+Shift+F'] },
  sidebar: { label: 'Show or hide the sidebar', usual: MAC ? ['Cmd+B'] : ['Ctrl+Shift+B'] },
  'next-tab': { label: 'Next tab', usual: ['Ctrl+Tab', 'Ctrl+PageDown'] },
  'previous-tab': { label: 'Previous tab', usual: ['Ctrl+Shift+Tab', 'Ctrl+PageUp'] },
  'pane-left': { label: 'Go to the pane at the left', usual: ['Ctrl+Alt+ArrowLeft'] },
  'pane-right': { label: 'Go to the pane at the right', usual: ['Ctrl+Alt+ArrowRight'] },
  'pane-above': { label: 'Go to the pane above', usual: ['Ctrl+Alt+ArrowUp'] },
  'pane-below': { label: 'Go to the pane below', usual: ['Ctrl+Alt+ArrowDown'] },
  'next-pane': { label: 'Next pane', usual: [] },
  'previous-pane': { label: 'Previous pane', usual: [] },
  'next-area': { label: 'Go to the next area of the window', usual: ['F6'], yields: true },
  'previous-area': { label: 'Go to the area of the window before', usual: ['Shift+F6'], yields: true },
  'focus-actions': { label: 'Focus the quick actions', usual: [] },
  'focus-terminal': { label: 'Focus the terminal', usual: [] },
  'tab-left': { label: 'Move tab left', usual: ['Ctrl+Shift+PageUp'] },
  'tab-right': { label: 'Move tab right', usual: ['Ctrl+Shift+PageDown'] },
  'tab-split-right': { label: 'Move tab into a split at the right', usual: [] },
  'tab-split-down': { label: 'Move tab into a split below', usual: [] },
  'tab-next-pane': { label: 'Move tab to next pane', usual: [] },
  'tab-previous-pane': { label: 'Move tab to previous pane', usual: [] },
  'previous-prompt': {
    label: 'Go to the prompt before',
    usual: MAC ? ['Cmd+ArrowUp'] : ['Ctrl+Shift+ArrowUp'],
    atPrompts: true,
  },
  'next-prompt': {
    label: 'Go to the next prompt',
    usual: MAC ? ['Cmd+ArrowDown'] : ['Ctrl+Shift+ArrowDown'],
    atPrompts: true,
  },
  'copy-output': { label: 'Copy the last command’s output', usual: [] },
  'open-folder': { label: 'Open folder…', usual: MAC ? ['Cmd+O'] : [] },
  'create-action': { label: 'Create action', usual: [] },
  undo: { label: 'Undo', usual: [] },
  'run-again': { label: 'Run again', usual: [] },
  'run-details': { label: 'Run details', usual: [] },
  'cancel-run': { label: 'Cancel run', usual: [] },
  problems: { label: 'Show problems', usual: [] },
  ...(Object.fromEntries(
    NINE.flatMap((n): [Numbered, About][] => [
      [`tab-${n}`, { label: `Go to tab ${n}`, usual: [MAC ? `Cmd+${n}` : `Alt+${n}`] }],
      [`action-${n}`, { label: `Run action ${n}`, usual: [MAC ? `Ctrl+${n}` : `Ctrl+Shift+${n}`] }],
    ]),
  ) as Record<Numbered, About>),
};

/** Commands for what stands at a place: the tabs of a pane, and the actions. */
export function placeOf(command: WindowCommand): { what: 'tab' | 'action'; at: number } | null {
  const [, what, digit] = /^(tab|action)-(\d)$/.exec(command) ?? [];
  return what ? { what: what as 'tab' | 'action', at: Number(digit) - 1 } : null;
}

/** Keys that no command can have, and what they do. */
const FIXED: Record<string, string> = {
  [MAC ? 'Cmd+C' : 'Ctrl+Shift+C']: 'Copy',
  [MAC ? 'Cmd+V' : 'Ctrl+Shift+V']: 'Paste',
};

export interface Conflict {
  keys: string;
  label: string;
  /** The command that could give them up; none can. */
  command: WindowCommand | null;
}

const NAMES = Object.keys(COMMANDS) as WindowCommand[];

export class Shortcuts {
  /** Each command's keys as they hold now. */
  readonly bound = $derived.by(() => {
    const own = this.settings.config.shortcuts as Partial<Record<WindowCommand, string>>;
    return new Map(
      NAMES.map((command) => {
        const chosen = own[command];
        if (chosen === undefined) return [command, COMMANDS[command].usual];
        return [command, chosen === 'none' ? [] : [ordered(chosen)]];
      }),
    );
  });
  /** What the user chose comes before what is usual; of two that are alike the first one has the keys. */
  private readonly byKeys = $derived.by(() => {
    const [own, usual] = [true, false].map((is) =>
      [...this.bound].filter(([name]) => this.isOwn(name) === is),
    );
    const all = [...own!, ...usual!].flatMap(([command, keys]) => keys.map((one) => [one, command] as const));
    return new Map(all.filter(([keys]) => !(keys in FIXED)).toReversed());
  });

  constructor(private readonly settings: Settings) {}

  /** The keys of a command, for people; none if it has none. */
  shown(command: WindowCommand): string {
    const [first] = this.bound.get(command) ?? [];
    return first === undefined ? '' : shown(first);
  }

  /** A tooltip: what a button does, and its keys if it has any. */
  hint(label: string, command: WindowCommand): string {
    const keys = this.shown(command);
    return keys ? `${label} (${keys})` : label;
  }

  /** Whether the user chose this command's keys. */
  isOwn(command: WindowCommand): boolean {
    return command in this.settings.config.shortcuts;
  }

  /** What has the keys of a command in its stead: another command, or what is always theirs. */
  lost(command: WindowCommand): { keys: string; label: string } | undefined {
    for (const keys of this.bound.get(command) ?? []) {
      const other = this.byKeys.get(keys);
      const label = FIXED[keys] ?? (other && COMMANDS[other].label);
      if (label !== undefined && other !== command) return { keys, label };
    }
    return undefined;
  }

  /** The command that was called for, perhaps in a terminal whose program has the whole screen. */
  called(event: KeyboardEvent, wholeScreen = false): WindowCommand | undefined {
    const keys = pressed(event);
    if (keys === null) return undefined;
    // xterm itself asks with an element of its own tree, the page with that tree's host.
    const inTerminal = event.target instanceof Element && event.target.closest('.xterm, .viewer') !== null;
    const command = this.byKeys.get(keys);
    if (command) {
      const { atPrompts, yields } = COMMANDS[command];
      if (atPrompts && !inTerminal) return undefined;
      return wholeScreen && (atPrompts || (yields && !this.isOwn(command))) ? undefined : command;
    }
    if (inTerminal) return undefined;
    return NAMES.find((name) => !this.isOwn(name) && COMMANDS[name].outside?.includes(keys));
  }

  /** What else these keys do: a command, or what is always theirs. */
  conflict(keys: string, except: WindowCommand): Conflict | undefined {
    const command = this.byKeys.get(ordered(keys));
    if (command && command !== except) return { keys, label: COMMANDS[command].label, command };
    const label = FIXED[ordered(keys)];
    return label === undefined ? undefined : { keys, label, command: null };
  }
}
