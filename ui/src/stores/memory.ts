// What this window remembers between starts: the settings as they were, so that its first picture fits. Truth lives in
// the host; a browser writes this when it likes, so a window that closes may lose it.

const PREFIX = 'ai-orchestrator.';

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden; the next start begins with the defaults.
  }
}

export function recall<A>(name: string): A | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as A);
  } catch {
    return undefined;
  }
}
