// From frames to a screen: what is replayed, what is live, and what has been drawn.
//
// Everything goes through xterm's write queue, sizes and resets included, so that it happens
// between the bytes where it belongs.

import type { Terminal } from '@xterm/xterm';

import type { StreamIn, StreamOut } from '../api/types';

/** Live bytes are acknowledged once this many of them have been drawn. */
export const ACK_EVERY = 128 * 1024;

export interface FeedListener {
  send(message: StreamIn): void;
  /** The host's size of the terminal, as far as it is drawn. */
  resized(cols: number, rows: number): void;
  live(): void;
  exited(code: number | null, signal: string | null): void;
}

export class Feed {
  private replaying = 0;
  private drawn = 0;
  /** Counts attachments: what an older one left in the write queue is not acknowledged to a newer. */
  private attachment = 0;

  constructor(
    private readonly term: Pick<Terminal, 'write' | 'reset' | 'resize'>,
    private readonly listener: FeedListener,
  ) {}

  control(message: StreamOut): void {
    switch (message.type) {
      case 'replay':
        this.attachment += 1;
        this.replaying = message.bytes;
        this.drawn = 0;
        this.inOrder(() => {
          this.term.reset();
          this.size(message.cols, message.rows);
        });
        break;
      case 'resize':
        this.inOrder(() => this.size(message.cols, message.rows));
        break;
      case 'live':
        this.replaying = 0;
        this.inOrder(() => this.listener.live());
        break;
      case 'exit':
        this.inOrder(() => this.listener.exited(message.code, message.signal));
        break;
      case 'synced':
        break;
    }
  }

  output(bytes: Uint8Array): void {
    const old = Math.min(this.replaying, bytes.length);
    this.replaying -= old;
    const fresh = bytes.length - old;
    const { attachment } = this;
    this.term.write(bytes, fresh === 0 ? undefined : () => this.ack(fresh, attachment));
  }

  private ack(bytes: number, attachment: number): void {
    if (attachment !== this.attachment) return;
    this.drawn += bytes;
    if (this.drawn < ACK_EVERY) return;
    this.listener.send({ type: 'ack', bytes: this.drawn });
    this.drawn = 0;
  }

  private size(cols: number, rows: number): void {
    this.term.resize(cols, rows);
    this.listener.resized(cols, rows);
  }

  private inOrder(then: () => void): void {
    this.term.write('', then);
  }
}
