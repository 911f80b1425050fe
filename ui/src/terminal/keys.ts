// Which keys are the window's and not the program's, and what a paste must ask first.

export const MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

export type TerminalKey = 'copy' | 'paste' | 'find' | 'previous-prompt' | 'next-prompt' | 'none';

/** Linux has Ctrl+Shift+C/V/F and arrows (plain Ctrl+C is the shell's), macOS has Cmd. */
export function terminalKey(event: KeyboardEvent): TerminalKey {
  const ours = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && event.shiftKey;
  if (!ours || event.altKey || event.type !== 'keydown') return 'none';
  switch (event.code) {
    case 'KeyC':
      return 'copy';
    case 'KeyV':
      return 'paste';
    case 'KeyF':
      return 'find';
    case 'ArrowUp':
      return 'previous-prompt';
    case 'ArrowDown':
      return 'next-prompt';
    default:
      return 'none';
  }
}

/** The window's own shortcuts, which a focused terminal leaves to the page. */
export function windowKey(event: KeyboardEvent): boolean {
  const { ctrlKey, shiftKey, metaKey, altKey, code } = event;
  if (MAC && metaKey)
    return ['KeyK', 'KeyT', 'KeyW', 'KeyD', 'KeyB', 'KeyP'].includes(code) || /^Digit[1-9]$/.test(code);
  if (ctrlKey && (code === 'Tab' || code === 'PageUp' || code === 'PageDown')) return true;
  if (ctrlKey && altKey && code.startsWith('Arrow')) return true;
  if (altKey && !ctrlKey && !metaKey && /^Digit[1-9]$/.test(code)) return true;
  if (ctrlKey && !altKey && !metaKey && shiftKey !== MAC && /^Digit[1-9]$/.test(code)) return true;
  return ctrlKey && shiftKey && ['KeyP', 'KeyT', 'KeyW', 'KeyD', 'KeyE', 'KeyB'].includes(code);
}

/** Whether pasting this would run something at once, since the shell doesn't know that it is pasted. */
export function pasteNeedsAsking(text: string, bracketed: boolean): boolean {
  return !bracketed && /[\r\n]/.test(text);
}
