// OSC 52: programs may put text on the clipboard, and never read it.

import type { IDisposable, Terminal } from '@xterm/xterm';

/** More than this is no text that somebody means to paste. */
const LONGEST = 1_000_000;

/** Hands over what a program wants copied. What it asks to read is never answered. */
export function onCopy(term: Terminal, copied: (text: string) => void): IDisposable {
  return term.parser.registerOscHandler(52, (data) => {
    const encoded = data.slice(data.indexOf(';') + 1);
    if (encoded === '?' || encoded.length > LONGEST) return true;
    const text = decoded(encoded);
    if (text) copied(text);
    return true;
  });
}

function decoded(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
