// Whether the host answers, and what to say when it doesn't.

import type { DoorError } from '../api/error';

/** Why there is no host to talk to, as far as that is known. */
export interface Cause {
  code: string;
  message: string;
  hint: string | undefined;
}

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'ready'; version: string; pid: number }
  /** The host was there and is gone, or never answered; the next attempt comes by itself. */
  | { kind: 'lost'; attempt: number; cause: Cause | undefined }
  /** Somebody stopped the host: it stays so until somebody starts one. */
  | { kind: 'stopped' }
  /** The host answers, but not to this page. */
  | { kind: 'refused'; message: string; hint: string | undefined }
  /** The host is there, but what it has could not be listed. */
  | { kind: 'unlisted'; message: string; hint: string | undefined }
  /** The host is of another version than this page. */
  | { kind: 'other-version'; host: string; page: string };

export class Connection {
  state: ConnectionState = $state({ kind: 'connecting' });
  /** Whether the host was ever reached: then what is on the page stays there, dimmed. */
  reached = $state(false);
  /** The connection is there, but the host says nothing: its process hangs, or is suspended. */
  silent = $state(false);

  ready(version: string, pid: number): void {
    this.state = { kind: 'ready', version, pid };
    this.reached = true;
  }

  /** A host that refused this page's token stays refused, and one that was stopped stays stopped. */
  lost(attempt: number, cause?: DoorError): void {
    if (this.state.kind === 'refused' || this.state.kind === 'stopped') return;
    const known = this.state.kind === 'lost' ? this.state.cause : undefined;
    const { code, message, hint } = cause ?? known ?? {};
    const told = code === undefined || message === undefined ? undefined : { code, message, hint };
    this.state = { kind: 'lost', attempt, cause: told };
  }

  stopped(): void {
    this.state = { kind: 'stopped' };
  }

  refused({ message, hint }: DoorError): void {
    this.state = { kind: 'refused', message, hint };
  }

  unlisted({ message, hint }: DoorError): void {
    this.state = { kind: 'unlisted', message, hint };
  }

  otherVersion(host: string, page: string): void {
    this.state = { kind: 'other-version', host, page };
  }

  /** Somebody asked for another attempt: what was said before holds no more. */
  again(): void {
    this.state = { kind: 'connecting' };
  }
}
