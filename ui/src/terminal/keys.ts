// Which key it is that is pressed; which ones copy and paste, what of a text is pasted, and what a paste must ask first.
// The window's own keys are `stores/shortcuts`.

export const MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** Keys that make a sign, by where they are on a keyboard of the US. */
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
const ALL_SIGNS = new Set(Object.values(SIGNS));
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

/**
 * The key as it is written in shortcuts. Letters and signs are what stands on the key, wherever a layout has put it;
 * digits are places, since they want Shift on some keyboards. Where the layout has no Latin letters, and where Option
 * made another character, the place says what the key is.
 */
export function keyOf(event: KeyboardEvent): string | null {
  const { code, key } = event;
  if (NAMED.has(code) || /^F([1-9]|1[0-2])$/.test(code)) return code;
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit) return digit;
  if (/^[A-Za-z]$/.test(key)) return key.toUpperCase();
  if (ALL_SIGNS.has(key)) return key;
  const foreign = !/^[\p{ASCII}\p{Script=Latin}]$/u.test(key) || (MAC && event.altKey);
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return foreign ? letter : null;
  // With Shift a sign's key makes another sign; a letter that stands there is one that no shortcut has.
  return foreign || !/^\p{L}$/u.test(key) ? (SIGNS[code] ?? null) : null;
}

export type TerminalKey = 'copy' | 'paste' | 'none';

/** Linux has Ctrl+Shift+C/V (plain Ctrl+C is the shell's), macOS has Cmd. */
export function terminalKey(event: KeyboardEvent): TerminalKey {
  const ours = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && event.shiftKey;
  if (!ours || event.altKey || event.type !== 'keydown') return 'none';
  switch (keyOf(event)) {
    case 'C':
      return 'copy';
    case 'V':
      return 'paste';
    default:
      return 'none';
  }
}

/**
 * What of a text may be pasted: no control characters but those of lines and columns. Others act like keys, and an
 * escape could end the paste before its end, so that the rest would run as if it had been typed.
 */
export function pasteable(text: string): string {
  return text.replace(/(?![\t\r\n])\p{Cc}/gu, '');
}

/** Whether pasting this would run something at once, since the shell doesn't know that it is pasted. */
export function pasteNeedsAsking(text: string, bracketed: boolean): boolean {
  return !bracketed && /[\r\n]/.test(text);
}
