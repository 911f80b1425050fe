// Whether the host still answers. A socket that drops tells so itself; a host that hangs, or whose process is
// suspended, keeps its sockets open and says nothing. So a page that has heard nothing for a while asks, over the socket
// that it has anyway: seldom, and not while nobody looks at it. Nothing is asked of the host that would cost it more than
// the answer, and the host has no clock for it.

/** So long nothing may be heard before it is asked for, in milliseconds. */
export const QUIET = 10_000;
/** So long an answer may take. */
export const PATIENCE = 5_000;
/** So long what was typed may stay without any answer. */
export const UNANSWERED = 2_000;
/** A timer that is so much too late was asleep with its machine, or with the page: it says nothing about the host. */
const ASLEEP = 2_000;

export class Pulse {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private input: ReturnType<typeof setTimeout> | undefined;
  private silent = false;
  /** The host owes an answer. */
  private asked = false;
  /** Nobody looked when it was time to ask. */
  private due = false;

  constructor(
    private readonly ask: () => void,
    private readonly changed: (silent: boolean) => void,
  ) {}

  /** A connection was begun: the host is to greet. */
  begin(): void {
    this.expect();
  }

  /** The host said something. */
  heard(): void {
    this.asked = false;
    this.tell(false);
    this.after(QUIET, () => this.question());
  }

  /** Something was typed: mostly an echo comes back at once. */
  typed(): void {
    this.input ??= setTimeout(() => {
      this.input = undefined;
      // A password has no echo, and is no reason to worry; a host that is asked already isn't asked twice.
      if (this.asked) return;
      this.ask();
      this.expect(UNANSWERED);
    }, UNANSWERED);
  }

  /** A terminal printed something. */
  printed(): void {
    clearTimeout(this.input);
    this.input = undefined;
  }

  /** The connection is gone; that is told otherwise. */
  end(): void {
    clearTimeout(this.timer);
    this.printed();
    this.asked = false;
    this.due = false;
    this.tell(false);
  }

  /** The page is looked at again. */
  seen(): void {
    if (this.due) this.question();
  }

  private question(): void {
    this.due = document.visibilityState === 'hidden';
    if (this.due) return;
    this.ask();
    this.expect();
  }

  private expect(patience = PATIENCE): void {
    this.asked = true;
    const since = Date.now();
    this.after(patience, () => {
      if (Date.now() - since > patience + ASLEEP) this.question();
      else this.tell(true);
    });
  }

  private after(wait: number, then: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, wait);
  }

  private tell(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    this.changed(silent);
  }
}
