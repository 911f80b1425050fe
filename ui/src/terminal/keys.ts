// Which keys copy and paste, what of a text is pasted, and what a paste must ask first. The window's own keys are `stores/shortcuts`.

export const MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

export type TerminalKey = 'copy' | 'paste' | 'none';

/** Linux has Ctrl+Shift+C/V (plain Ctrl+C is the shell's), macOS has Cmd. */
export function terminalKey(event: KeyboardEvent): TerminalKey {
  const ours = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && event.shiftKey;
  if (!ours || event.altKey || event.type !== 'keydown') return 'none';
  switch (event.code) {
    case 'KeyC':
      return 'copy';
    case 'KeyV':
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
