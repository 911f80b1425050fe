// Short messages in the corner: what happened, and what can be done about it.

import { DoorError } from '../api/error';

export type Tone = 'neutral' | 'good' | 'bad';

export interface ToastAction {
  label: string;
  run: () => unknown;
}

export interface Toast {
  id: number;
  tone: Tone;
  title: string;
  body?: string | undefined;
  actions: ToastAction[];
  /** Stays until it is dismissed: what the host says once must not pass unseen. */
  stays?: boolean | undefined;
}

const STAYS = 8000;
const KEPT = 3;

export class Toasts {
  items: Toast[] = $state([]);
  private next = 1;
  private timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(title: string, more: Partial<Omit<Toast, 'id' | 'title'>> = {}): number {
    const toast: Toast = { id: this.next++, tone: 'neutral', actions: [], ...more, title };
    // One offer at a time: "Undo" always means the last thing that was done.
    const kept =
      toast.actions.length > 0
        ? this.items.filter((other) => other.stays || other.actions.length === 0)
        : this.items;
    const passing = new Set([...kept, toast].filter((other) => !other.stays).slice(-KEPT));
    this.items = [...kept, toast].filter((other) => other.stays || passing.has(other));
    this.resume(toast.id);
    return toast.id;
  }

  /** Says what went wrong in the host's own words. */
  fail(what: string, error: unknown, actions: ToastAction[] = []): void {
    const body =
      error instanceof DoorError
        ? [sentence(error.message), error.hint && sentence(error.hint)].filter(Boolean).join(' ')
        : error instanceof Error
          ? error.message
          : String(error);
    this.show(what, { tone: 'bad', body, actions });
  }

  dismiss(id: number): void {
    this.pause(id);
    this.items = this.items.filter((toast) => toast.id !== id);
  }

  /** Keeps a toast while the pointer or the focus is on it. */
  pause(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  resume(id: number): void {
    this.pause(id);
    if (this.items.find((toast) => toast.id === id)?.stays) return;
    this.timers.set(
      id,
      setTimeout(() => this.dismiss(id), STAYS),
    );
  }
}

/** The host's messages are lower case and without a full stop; a toast shows them as a sentence. */
export function sentence(text: string): string {
  if (text === '') return text;
  const capital = text[0]!.toUpperCase() + text.slice(1);
  return /[.!?…:]$/.test(capital) ? capital : `${capital}.`;
}
