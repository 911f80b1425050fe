/** Does something as soon as nothing else is to be done; answers how to leave it. WebKit can't tell when that is. */
export function whenIdle(act: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const asked = window.requestIdleCallback(act);
    return () => window.cancelIdleCallback(asked);
  }
  const asked = setTimeout(act, 16);
  return () => clearTimeout(asked);
}
