// What a screen reader gets of a terminal: its rows to go through, and what is printed as it comes. xterm keeps both, on
// demand, since they cost time with each row that changes. What is replayed was announced long ago, so it is left off
// until a terminal is live; and only the terminal that has the focus speaks.

import type { Terminal } from '@xterm/xterm';

const HINT = 'What it prints can be read in screen reader mode: see the settings, or the command palette.';

export class Reader {
  private on = false;

  constructor(private readonly term: Terminal) {}

  /** The terminal has got its elements. */
  opened(): void {
    const { textarea } = this.term;
    for (const kind of ['focus', 'blur']) textarea?.addEventListener(kind, () => this.speakIfFocused());
    this.apply();
  }

  use(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    this.apply();
  }

  private apply(): void {
    this.term.options.screenReaderMode = this.on;
    if (this.on) this.term.textarea?.removeAttribute('aria-description');
    else this.term.textarea?.setAttribute('aria-description', HINT);
    this.speakIfFocused();
  }

  private speakIfFocused(): void {
    const { element, textarea } = this.term;
    const root = textarea?.getRootNode();
    const focused = root instanceof ShadowRoot && root.activeElement === textarea;
    element?.querySelector('.live-region')?.setAttribute('aria-live', focused ? 'assertive' : 'off');
  }
}
