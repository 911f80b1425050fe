// How keys are written: `Ctrl+Shift+P`, as in config.yaml. Pure: events and texts in, texts out.

import { MAC } from '../terminal/keys';

const MODIFIERS = ['Ctrl', 'Alt', 'Shift', 'Cmd'] as const;
const SIGNS: Record<string, string> = {
  Comma: ',',
  Period: '.',
  Slash: '/',
  Semicolon: ';',
  Quote: "'",
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Minus: '-',
  Equal: '=',
  Backquote: '`',
};
const NAMED = new Set([
  'Tab',
  'Enter',
  'Space',
  'PageUp',
  'PageDown',
  'Home',
  'End',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Backspace',
]);
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
  const key = keyOf(event.code);
  if (key === null) return null;
  const held = [event.ctrlKey, event.altKey, event.shiftKey, event.metaKey];
  const modifiers = MODIFIERS.filter((_, at) => held[at]);
  const strong = modifiers.some((name) => name !== 'Shift') || /^F\d+$/.test(key);
  return strong ? [...modifiers, key].join('+') : null;
}

function keyOf(code: string): string | null {
  const plain = /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1];
  if (plain) return plain;
  if (/^F([1-9]|1[0-2])$/.test(code) || NAMED.has(code)) return code;
  return SIGNS[code] ?? null;
}

/** The same keys with their modifiers in one order, so that texts can be compared. */
export function ordered(keys: string): string {
  const parts = keys.split('+');
  const key = parts.at(-1)!;
  return [...MODIFIERS.filter((name) => parts.slice(0, -1).includes(name)), key].join('+');
}

/** As people read them on this machine. */
export function shown(keys: string): string {
  const parts = keys.split('+').map((part) => ARROWS[part] ?? part);
  return MAC ? parts.map((part) => ON_MAC[part] ?? part).join('') : parts.join('+');
}
