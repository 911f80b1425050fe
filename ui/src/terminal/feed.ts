// From frames to a screen: what is replayed, what is live, and what has been drawn.
//
// Everything goes through xterm's write queue, sizes and resets included, so that it happens
// between the bytes where it belongs.

import type { Terminal } from '@xterm/xterm';

import type { StreamIn, StreamOut } from '../api/types';

/** Live bytes are acknowledged once this many of them have been drawn. */
export const ACK_EVERY = 128 * 1024;
/** xterm takes each piece in one go. So much of it is done in no time; a long past in one piece holds up clicks. */
const AT_ONCE = 8 * 1024;

export interface FeedListener {
  send(message: StreamIn): void;
  /** The screen is empty again; the past follows. */
  replaying(): void;
  /** The host's size of the terminal, as far as it is drawn. */
  resized(cols: number, rows: number): void;
  live(): void;
  exited(code: number | null, signal: string | null): void;
}

/** What has to be fetched before some bytes can be drawn. */
export interface Pictures {
  beginIn(bytes: Uint8Array): boolean;
  load(): Promise<void>;
}

export class Feed {
  private replaying = 0;
  private drawn = 0;
  /** Counts attachments: what an older one left in the write queue is not acknowledged to a newer. */
  private attachment = 0;
  /** What came while the first picture waits for what draws it; null while nothing waits. */
  private held: (() => void)[] | null = null;

  constructor(
    private readonly term: Pick<Terminal, 'write' | 'reset' | 'resize'>,
    private readonly listener: FeedListener,
    private readonly pictures: Pictures,
  ) {}

  control(message: StreamOut): void {
    switch (message.type) {
      case 'replay':
        this.attachment += 1;
        this.replaying = message.bytes;
        this.drawn = 0;
        this.inOrder(() => {
          this.term.reset();
          this.listener.replaying();
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
    if (this.pictures.beginIn(bytes)) void this.hold(this.pictures.load());
    this.write(bytes, fresh === 0 ? undefined : () => this.ack(fresh, attachment));
  }

  private write(bytes: Uint8Array | string, then?: () => void): void {
    if (this.held) this.held.push(() => this.writeNow(bytes, then));
    else this.writeNow(bytes, then);
  }

  private writeNow(bytes: Uint8Array | string, then?: () => void): void {
    let rest = bytes;
    while (typeof rest !== 'string' && rest.length > AT_ONCE) {
      this.term.write(rest.subarray(0, AT_ONCE));
      rest = rest.subarray(AT_ONCE);
    }
    this.term.write(rest, then);
  }

  private async hold(ready: Promise<void>): Promise<void> {
    const held: (() => void)[] = (this.held = []);
    await ready;
    this.held = null;
    for (const write of held) write();
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
    this.write('', then);
  }
}
