import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Pace } from '../src/terminal/pace';

let clock = 0;

/** Takes so long for each piece. */
function terminal(ms: number) {
  const drawn: string[] = [];
  const term = {
    write(data: string | Uint8Array, after?: () => void): void {
      queueMicrotask(() => {
        drawn.push(String(data));
        clock += ms;
        after?.();
      });
    },
  };
  return { drawn, term };
}

describe('a pace', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rests after each burst, and draws all of it in order', async () => {
    const { drawn, term } = terminal(3);
    const pace = new Pace(term);
    const told: string[] = [];
    for (const piece of 'abcdefgh') pace.write(piece, () => told.push(piece));
    const bursts: string[] = [];
    while (drawn.length < 8) {
      await settled();
      bursts.push(drawn.join(''));
      vi.advanceTimersToNextTimer();
    }
    expect(bursts).toEqual(['abc', 'abcdef', 'abcdefgh']);
    expect(told.join('')).toBe('abcdefgh');
  });

  it('does not wait where there is little', async () => {
    const { drawn, term } = terminal(1);
    const pace = new Pace(term);
    for (const piece of 'abc') {
      pace.write(piece);
      await settled();
    }
    expect(drawn.join('')).toBe('abc');
    expect(vi.getTimerCount()).toBe(0);
  });
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
