// Whether the host answers, and what to say when it doesn't.

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'ready'; version: string; pid: number }
  /** The host was there and is gone, or never answered; the next attempt comes by itself. */
  | { kind: 'lost'; attempt: number; message: string | undefined; hint: string | undefined }
  /** The host answers, but not to this page. */
  | { kind: 'refused'; message: string; hint: string | undefined };

export class Connection {
  state: ConnectionState = $state({ kind: 'connecting' });
  /** Whether the host was ever reached: then what is on the page stays there, dimmed. */
  reached = $state(false);

  ready(version: string, pid: number): void {
    this.state = { kind: 'ready', version, pid };
    this.reached = true;
  }

  /** A host that refused this page's token stays refused until it greets. */
  lost(attempt: number, message?: string, hint?: string): void {
    if (this.state.kind === 'refused') return;
    const known = this.state.kind === 'lost' ? this.state : undefined;
    this.state = { kind: 'lost', attempt, message: message ?? known?.message, hint: hint ?? known?.hint };
  }

  refused(message: string, hint?: string): void {
    this.state = { kind: 'refused', message, hint };
  }
}
