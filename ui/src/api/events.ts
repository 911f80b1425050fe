// Follows `/v1/events`: one connection after another, with back-off in between, until closed.

import { backoff } from './backoff';
import type { Door } from './door';
import { Pulse } from './pulse';
import type { EventsIn, HostEvent } from './types';

export interface EventsListener {
  event(event: HostEvent): void;
  /** The socket is gone; attempt `n` follows after a while unless `retry` comes first. */
  lost(attempt: number): void;
  /** The socket is there, but the host behind it has stopped answering, or answers again. */
  silent(is: boolean): void;
  /** Called before every attempt but the first: fetches a new address and token, and fails if nobody is there. */
  beforeRetry(): Promise<void>;
}

export class Events {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private closed = false;
  private soon = false;
  private readonly pulse: Pulse;

  constructor(
    private readonly door: Door,
    private readonly listener: EventsListener,
    /** Whether there is an address yet; else one is asked for first, as before every attempt but the first. */
    known = true,
  ) {
    this.pulse = new Pulse(
      () => this.send({ type: 'sync' }),
      (is) => listener.silent(is),
    );
    if (known) this.connect();
    else this.wait();
  }

  /** The page is looked at again. */
  seen(): void {
    this.pulse.seen();
  }

  /** Something was typed into a terminal; or one printed something. */
  typed(): void {
    this.pulse.typed();
  }

  printed(): void {
    this.pulse.printed();
  }

  /** Tries again now rather than when the back-off ends. */
  retry(): void {
    if (this.closed) return;
    // An attempt that is on its way may still go by what no longer holds: another one follows it at once.
    this.soon = this.timer === undefined;
    if (this.soon) return;
    clearTimeout(this.timer);
    void this.again();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.pulse.end();
    this.socket?.close();
  }

  private send(message: EventsIn): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private async again(): Promise<void> {
    this.timer = undefined;
    const there = await this.listener.beforeRetry().then(
      () => true,
      () => false,
    );
    if (this.closed) return;
    // Browsers make sockets wait longer with each that failed: none is opened at nobody.
    if (there) this.connect();
    else this.wait();
  }

  private connect(): void {
    // What came up at the host's start is told once, to a client that shows it.
    const socket = this.door.socket('/v1/events?notices=1');
    this.socket = socket;
    this.pulse.begin();
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string' || this.socket !== socket) return;
      this.pulse.heard();
      const event = JSON.parse(data) as HostEvent;
      if (event.event === 'hello') {
        this.attempt = 0;
        this.soon = false;
      }
      this.listener.event(event);
    });
    socket.addEventListener('close', () => {
      if (this.closed || this.socket !== socket) return;
      this.pulse.end();
      this.wait();
      this.listener.lost(this.attempt);
    });
  }

  private wait(): void {
    this.timer = setTimeout(() => void this.again(), this.soon ? 0 : backoff(this.attempt));
    this.soon = false;
    this.attempt += 1;
  }
}
