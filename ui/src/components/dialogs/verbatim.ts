// The host shows each character that is not surely seen as `\u{…}`, and a backslash that could imitate that, too.
// Here keys become keys again, and that backslash itself.

export type Part = { text: string } | { key: string } | { hidden: string };

const KEYS: Record<number, string> = {
  0x09: 'Tab',
  0x0a: 'New line',
  0x0d: 'Enter',
  0x1b: 'Esc',
  0x7f: 'Backspace',
};
const BACKSLASH = 0x5c;

/** Text, keys and hidden characters in their order; another line begins after an Enter. */
export function verbatimParts(shown: string): Part[] {
  const parts: Part[] = [];
  const add = (text: string) => {
    const last = parts.at(-1);
    if (last && 'text' in last) last.text += text;
    else if (text) parts.push({ text });
  };
  let at = 0;
  for (const mark of shown.matchAll(/\\u\{([0-9a-f]{1,6})\}/g)) {
    add(shown.slice(at, mark.index));
    at = mark.index + mark[0].length;
    const code = Number.parseInt(mark[1]!, 16);
    if (code === BACKSLASH) {
      add('\\');
      continue;
    }
    const key = KEYS[code] ?? control(code);
    parts.push(key ? { key } : { hidden: `U+${code.toString(16).toUpperCase().padStart(4, '0')}` });
    if ((code === 0x0d || code === 0x0a) && at < shown.length) add('\n');
  }
  add(shown.slice(at));
  return parts;
}

function control(code: number) {
  if (code >= 0x20) return undefined;
  return `Ctrl+${String.fromCharCode(code + 0x40)}`;
}
