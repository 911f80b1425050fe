// Hands an xterm its bytes in bursts, with rests between them in which the page draws and answers clicks. xterm itself
// rests only until the event loop comes back, and in WebKit a click then waits for several of its turns.

import type { Terminal } from '@xterm/xterm';

/** How long a burst lasts, and a rest, in milliseconds. */
const BURST = 8;
const REST = 4;

interface Piece {
  data: string | Uint8Array;
  drawn: (() => void) | undefined;
}

export class Pace {
  private readonly pieces: Piece[] = [];
  /** When the present burst began; nothing is under way without one. */
  private began: number | undefined;

  constructor(private readonly term: Pick<Terminal, 'write'>) {}

  write(data: string | Uint8Array, drawn?: () => void): void {
    this.pieces.push({ data, drawn });
    if (this.began === undefined) this.burst();
  }

  private burst(): void {
    this.began = performance.now();
    this.next(this.began);
  }

  private next(began: number): void {
    const piece = this.pieces.shift();
    if (!piece) {
      this.began = undefined;
      return;
    }
    this.term.write(piece.data, () => {
      piece.drawn?.();
      if (performance.now() - began < BURST) this.next(began);
      else setTimeout(() => this.burst(), REST);
    });
  }
}
