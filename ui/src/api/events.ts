// Follows `/v1/events`: one connection after another, with back-off in between, until closed.

import { backoff } from './backoff';
import type { Door } from './door';
import type { HostEvent } from './types';

export interface EventsListener {
  event(event: HostEvent): void;
  /** The socket is gone; attempt `n` follows in `delay` milliseconds unless `retry` comes first. */
  lost(attempt: number, delay: number): void;
  /** Called before every attempt but the first, to fetch a new address and token where possible. */
  beforeRetry?(): Promise<void>;
}

export class Events {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private closed = false;

  constructor(
    private readonly door: Door,
    private readonly listener: EventsListener,
  ) {
    this.connect();
  }

  /** Tries again now rather than when the back-off ends. */
  retry(): void {
    if (this.closed || this.timer === undefined) return;
    clearTimeout(this.timer);
    void this.again();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private async again(): Promise<void> {
    this.timer = undefined;
    await this.listener.beforeRetry?.().catch(() => undefined);
    if (!this.closed) this.connect();
  }

  private connect(): void {
    // What came up at the host's start is told once, to a client that shows it.
    const socket = this.door.socket('/v1/events?notices=1');
    this.socket = socket;
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') return;
      const event = JSON.parse(data) as HostEvent;
      if (event.event === 'hello') this.attempt = 0;
      this.listener.event(event);
    });
    socket.addEventListener('close', () => {
      if (this.closed || this.socket !== socket) return;
      const delay = backoff(this.attempt);
      this.attempt += 1;
      this.timer = setTimeout(() => void this.again(), delay);
      this.listener.lost(this.attempt, delay);
    });
  }
}
