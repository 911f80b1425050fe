// How keys are written: `Ctrl+Shift+P`, as in config.yaml. Pure: events and texts in, texts out.

import { keyOf, MAC } from '../terminal/keys';

const MODIFIERS = ['Ctrl', 'Alt', 'Shift', 'Cmd'] as const;
/** As macOS writes them. */
const ON_MAC: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Cmd: '⌘' };
const ARROWS: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** What is pressed, or null while it is no more than modifiers, or plain typing. */
export function pressed(event: KeyboardEvent): string | null {
  // What a layout types with AltGr, and what an input method still puts together, is typing.
  if (event.isComposing || event.getModifierState('AltGraph')) return null;
  const key = keyOf(event);
  if (key === null) return null;
  const held = [event.ctrlKey, event.altKey, event.shiftKey, event.metaKey];
  const modifiers = MODIFIERS.filter((_, at) => held[at]);
  const strong = modifiers.some((name) => name !== 'Shift') || /^F\d+$/.test(key);
  return strong ? [...modifiers, key].join('+') : null;
}

/** The same keys with their modifiers in one order, so that texts can be compared. */
export function ordered(keys: string): string {
  const parts = keys.split('+');
  const key = parts.at(-1)!;
  return [...MODIFIERS.filter((name) => parts.slice(0, -1).includes(name)), key].join('+');
}

/** Whether a terminal sends these keys to its program: a control character, or an escape before a letter. */
export function isTyped(keys: string): boolean {
  return /^(Ctrl\+([A-Z2-8[\]\\/-]|Space)|(Ctrl\+)?Alt\+([A-Z,./;'[\]\\=`-]|Backspace))$/.test(ordered(keys));
}

/** As people read them on this machine. */
export function shown(keys: string): string {
  const parts = keys.split('+').map((part) => ARROWS[part] ?? part);
  return MAC ? parts.map((part) => ON_MAC[part] ?? part).join('') : parts.join('+');
}
