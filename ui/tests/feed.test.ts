import { describe, expect, it } from 'vitest';

import type { StreamIn } from '../src/api/types';
import { ACK_EVERY, Feed } from '../src/terminal/feed';
import { Images } from '../src/terminal/images';

/** A terminal that keeps its writes until told to draw, as xterm does. */
class SlowTerminal {
  log: string[] = [];
  private queue: { data: string | Uint8Array; after?: (() => void) | undefined }[] = [];

  write(data: string | Uint8Array, after?: () => void): void {
    this.queue.push({ data, after });
  }
  reset(): void {
    this.log.push('reset');
  }
  resize(cols: number, rows: number): void {
    this.log.push(`resize ${cols}x${rows}`);
  }
  draw(): void {
    for (const { data, after } of this.queue.splice(0)) {
      if (typeof data !== 'string') this.log.push(`bytes ${data.length}`);
      after?.();
    }
  }
}

function feed() {
  const term = new SlowTerminal();
  const sent: StreamIn[] = [];
  const happened: string[] = [];
  let painter = (): void => undefined;
  const images = new Images(term as never);
  const under = new Feed(
    term,
    {
      send: (message) => sent.push(message),
      replaying: () => happened.push('replaying'),
      resized: (cols, rows) => happened.push(`resized ${cols}x${rows}`),
      live: () => happened.push('live'),
      exited: (code) => happened.push(`exit ${code}`),
    },
    {
      beginIn: (bytes) => images.beginIn(bytes),
      load: () => new Promise((done) => (painter = done)),
    },
  );
  return { term, sent, happened, under, painterCame: () => painter() };
}

describe('a feed', () => {
  it('resets, resizes and writes in the order of the stream', () => {
    const { term, under, happened } = feed();
    under.control({ type: 'replay', bytes: 6, cols: 80, rows: 24 });
    under.output(new Uint8Array(4));
    under.control({ type: 'resize', cols: 100, rows: 30 });
    under.output(new Uint8Array(2));
    under.control({ type: 'live' });
    expect(term.log).toEqual([]);
    term.draw();
    expect(term.log).toEqual(['reset', 'resize 80x24', 'bytes 4', 'resize 100x30', 'bytes 2']);
    expect(happened).toEqual(['replaying', 'resized 80x24', 'resized 100x30', 'live']);
  });

  it('never acknowledges a replay, and live bytes once enough of them are drawn', () => {
    const { term, under, sent } = feed();
    under.control({ type: 'replay', bytes: ACK_EVERY * 2, cols: 80, rows: 24 });
    under.output(new Uint8Array(ACK_EVERY * 2));
    under.control({ type: 'live' });
    under.output(new Uint8Array(ACK_EVERY - 1));
    term.draw();
    expect(sent).toEqual([]);
    under.output(new Uint8Array(10));
    expect(sent).toEqual([]);
    term.draw();
    expect(sent).toEqual([{ type: 'ack', bytes: ACK_EVERY + 9 }]);
  });

  it('acknowledges only the live part of a frame that a replay ends in', () => {
    const { term, under, sent } = feed();
    under.control({ type: 'replay', bytes: 5, cols: 80, rows: 24 });
    under.output(new Uint8Array(5 + ACK_EVERY));
    term.draw();
    expect(sent).toEqual([{ type: 'ack', bytes: ACK_EVERY }]);
  });

  it('draws much at once in pieces, so that clicks come between, and acknowledges all of it once', () => {
    const { term, sent, under } = feed();
    under.output(new Uint8Array(ACK_EVERY + 1));
    term.draw();
    const pieces = term.log.map((line) => Number(line.replace('bytes ', '')));
    expect(Math.max(...pieces)).toBeLessThanOrEqual(16 * 1024);
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(ACK_EVERY + 1);
    expect(sent).toEqual([{ type: 'ack', bytes: ACK_EVERY + 1 }]);
  });

  it('does not acknowledge to a new attachment what an old one sent', () => {
    const { term, under, sent } = feed();
    under.control({ type: 'replay', bytes: 0, cols: 80, rows: 24 });
    under.control({ type: 'live' });
    under.output(new Uint8Array(ACK_EVERY));
    under.control({ type: 'replay', bytes: 0, cols: 80, rows: 24 });
    under.control({ type: 'live' });
    term.draw();
    expect(sent).toEqual([]);
  });

  it('tells the end only after everything before it is drawn', () => {
    const { term, under, happened } = feed();
    under.output(new Uint8Array(3));
    under.control({ type: 'exit', code: 3, signal: null });
    expect(happened).toEqual([]);
    term.draw();
    expect(happened).toEqual(['exit 3']);
  });

  it('draws nothing past the beginning of a picture until there is something to draw it with', async () => {
    const { term, under, happened, painterCame } = feed();
    under.output(bytes('before'));
    under.output(bytes('\x1bP0;1'));
    term.draw();
    under.output(bytes(';0q#0!100~'));
    under.output(bytes('after'));
    under.control({ type: 'exit', code: 0, signal: null });
    term.draw();
    expect(term.log).toEqual(['bytes 6', 'bytes 5']);
    painterCame();
    await Promise.resolve();
    await Promise.resolve();
    term.draw();
    expect(term.log).toEqual(['bytes 6', 'bytes 5', 'bytes 10', 'bytes 5']);
    expect(happened).toEqual(['exit 0']);
  });

  it.each(['\x1b]133;A\x07', '\x1bP$q m\x1b\\', '\x1b[31mq', '\x1b', '\x1b]133'])(
    'takes %j for no picture',
    (text) => {
      expect(new Images({} as never).beginIn(bytes(text))).toBe(false);
    },
  );

  it.each(['\x1bPq', '\x1bP0;1;0q', '\x1b]1337;File=inline=1:'])('takes %j for a picture', (text) => {
    expect(new Images({} as never).beginIn(bytes(`words ${text}`))).toBe(true);
  });

  it.each(['\x1bPq#0!100~', '\x1bP0;1;0q#0!100~', '\x1b]1337;File=inline=1:AAAA'])(
    'sees where %j begins, wherever it is torn',
    (text) => {
      const whole = bytes(`words\x1b${text}`);
      const begins = (cuts: number[]): boolean => {
        const images = new Images({} as never);
        return [...cuts, whole.length].some((to, at) => images.beginIn(whole.slice(cuts[at - 1] ?? 0, to)));
      };
      for (let one = 0; one <= whole.length; one += 1) {
        for (let two = one; two <= whole.length; two += 1) {
          expect(begins([one, two]), `torn at ${one} and ${two}`).toBe(true);
        }
      }
      expect(begins([...whole.keys()]), 'byte by byte').toBe(true);
    },
  );

  it.each(['\x1b]133;A\x07q', '\x1bP$q m\x1b\\', '\x1b[31mq', '\x1b Pq', '\x1b]13377;'])(
    'takes %j, byte by byte, for no picture',
    (text) => {
      const images = new Images({} as never);
      expect([...bytes(text)].some((byte) => images.beginIn(Uint8Array.of(byte)))).toBe(false);
    },
  );
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
