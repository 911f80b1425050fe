import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PATIENCE, Pulse, QUIET, UNANSWERED } from '../src/api/pulse';

const look = (state: DocumentVisibilityState) =>
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);

function pulse() {
  const log: string[] = [];
  const of = new Pulse(
    () => log.push('asked'),
    (silent) => log.push(silent ? 'silent' : 'answers'),
  );
  of.begin();
  return { of, log };
}

describe('the pulse of a host', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is asked for after a silence, and never while the host speaks', () => {
    const { of, log } = pulse();
    for (let time = 0; time < 10; time += 1) {
      of.heard();
      vi.advanceTimersByTime(QUIET - 1);
    }
    expect(log).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(log).toEqual(['asked']);
  });

  it('is missed once, and is back with any word', () => {
    const { of, log } = pulse();
    of.heard();
    vi.advanceTimersByTime(QUIET + PATIENCE + 600_000);
    expect(log).toEqual(['asked', 'silent']);
    of.heard();
    expect(log).toEqual(['asked', 'silent', 'answers']);
    vi.advanceTimersByTime(QUIET);
    expect(log.at(-1)).toBe('asked');
  });

  it('is missed in a host that never greets', () => {
    const { log } = pulse();
    vi.advanceTimersByTime(PATIENCE);
    expect(log).toEqual(['silent']);
  });

  it('is asked for again, not missed, after the machine slept', () => {
    const { of, log } = pulse();
    of.heard();
    vi.advanceTimersByTime(QUIET + 1);
    // An hour passes in which no timer ran.
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(PATIENCE - 1);
    expect(log).toEqual(['asked', 'asked']);
    of.heard();
    expect(log).toEqual(['asked', 'asked']);
  });

  it('is not asked for while nobody looks, and at once when somebody does', () => {
    const { of, log } = pulse();
    of.heard();
    look('hidden');
    vi.advanceTimersByTime(3_600_000);
    expect(log).toEqual([]);
    look('visible');
    of.seen();
    expect(log).toEqual(['asked']);
    of.heard();
    of.seen();
    expect(log).toEqual(['asked']);
  });

  it('is asked for soon when what was typed stays unanswered, and missed soon after', () => {
    const { of, log } = pulse();
    of.heard();
    of.typed();
    vi.advanceTimersByTime(UNANSWERED);
    of.typed();
    expect(log).toEqual(['asked']);
    vi.advanceTimersByTime(UNANSWERED);
    expect(log).toEqual(['asked', 'silent']);
  });

  it('is not asked for while terminals answer what is typed', () => {
    const { of, log } = pulse();
    of.heard();
    of.typed();
    of.printed();
    vi.advanceTimersByTime(QUIET - 1);
    expect(log).toEqual([]);
  });

  it('ends with its connection', () => {
    const { of, log } = pulse();
    vi.advanceTimersByTime(PATIENCE);
    of.end();
    vi.advanceTimersByTime(3_600_000);
    expect(log).toEqual(['silent', 'answers']);
  });
});
