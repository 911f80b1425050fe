import type { Side } from '../stores/tree';

/** The kind of data that a dragged tab carries: nothing outside this window takes it. */
export const TAB_TYPE = 'application/x-ai-orchestrator-terminal';

/** Which half of a pane the pointer asks for; near the middle the pane itself. */
export function dropSide(at: { clientX: number; clientY: number }, box: DOMRect): Side | 'middle' {
  const x = (at.clientX - box.left) / box.width - 0.5;
  const y = (at.clientY - box.top) / box.height - 0.5;
  if (Math.max(Math.abs(x), Math.abs(y)) < 0.2) return 'middle';
  if (Math.abs(x) > Math.abs(y)) return x < 0 ? 'left' : 'right';
  return y < 0 ? 'above' : 'below';
}
