// One context menu for all buttons: which action it is open for, and where.

import type { ActionView } from '../api/types';

interface Point {
  clientX: number;
  clientY: number;
}

interface OpenMenu {
  action: ActionView;
  button: HTMLElement;
  anchor: { getBoundingClientRect: () => DOMRect };
}

export class ActionMenuState {
  current: OpenMenu | null = $state.raw(null);

  /** Opens at the pointer, or below the button when the keyboard asked. */
  open(action: ActionView, button: HTMLElement, at?: Point): void {
    const anchor = at
      ? { getBoundingClientRect: () => new DOMRect(at.clientX, at.clientY, 0, 0) }
      : { getBoundingClientRect: () => button.getBoundingClientRect() };
    this.current = { action, button, anchor };
  }

  close(): void {
    this.current = null;
  }

  isOpen(action: ActionView): boolean {
    const open = this.current?.action;
    return open?.id === action.id && open.scope === action.scope;
  }
}
