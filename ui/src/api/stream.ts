// One viewer of one terminal: `/v1/terminals/{id}/stream`, as frames in the order they came.
// What a frame means on a screen is decided by `terminal/viewer`.

import { backoff } from './backoff';
import type { Door } from './door';
import type { StreamIn, StreamOut } from './types';

export interface StreamListener {
  control(message: StreamOut): void;
  output(bytes: Uint8Array): void;
  /** The socket dropped without an exit; it comes back by itself. */
  dropped(): void;
}

export class Stream {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private ended = false;

  constructor(
    private readonly door: Door,
    private readonly terminal: string,
    private readonly listener: StreamListener,
  ) {
    this.connect();
  }

  get open(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  send(message: StreamIn): void {
    if (this.open) this.socket?.send(JSON.stringify(message));
  }

  /** Sends typed bytes; answers whether they are on their way. */
  type(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (!this.open) return false;
    this.socket?.send(bytes);
    return true;
  }

  /** Tries again now rather than when the back-off ends. */
  retry(): void {
    if (this.ended || this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.connect();
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private connect(): void {
    const socket = this.door.socket(`/v1/terminals/${this.terminal}/stream`);
    this.socket = socket;
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') {
        this.listener.output(new Uint8Array(data));
        return;
      }
      const message = JSON.parse(data) as StreamOut;
      if (message.type === 'live') this.attempt = 0;
      if (message.type === 'exit') this.ended = true;
      this.listener.control(message);
    });
    socket.addEventListener('close', () => {
      if (this.ended || this.socket !== socket) return;
      this.listener.dropped();
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.connect();
      }, backoff(this.attempt));
      this.attempt += 1;
    });
  }
}
