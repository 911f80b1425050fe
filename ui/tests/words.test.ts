import { describe, expect, it } from 'vitest';

import { parseDiff } from '../src/components/dialogs/diff';
import { dropSide } from '../src/components/tab-drag';
import {
  actionWords,
  ago,
  duration,
  elapsed,
  pathEnd,
  progressWords,
  shortPath,
} from '../src/components/words';
import { pasteable, pasteNeedsAsking } from '../src/terminal/keys';
import { action, run } from './fixtures';

describe('words', () => {
  it('show the end of a long path, and a short one whole', () => {
    expect(pathEnd('/home/ada/work/garden')).toBe('~/work/garden');
    expect(pathEnd('/srv/projects/of/many/people/work/garden')).toBe('…/work/garden');
    expect(pathEnd('/srv/a-folder-with-a-name-that-is-long/garden')).toBe('…/garden');
  });

  it('tell which step a run is at, and since when', () => {
    const view = run();
    const started = '2026-11-21T12:00:00Z';
    view.steps[0] = { ...view.steps[0]!, kind: 'wait_for', text: 'ready', status: 'running', started };
    expect(progressWords(view, Date.parse(started) + 12_400)).toBe(
      'step 1 of 2, waiting for ready, for 12 s',
    );
  });

  it('tell times as people do', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(ago('2026-11-21T11:59:30Z', now)).toBe('just now');
    expect(ago('2026-11-21T10:00:00Z', now)).toBe('2 hours ago');
    expect(ago('2026-11-20T11:00:00Z', now)).toBe('yesterday');
    expect([640, 3421, 5000, 59_990, 185_000, 3_600_000].map(duration)).toEqual([
      '640 ms',
      '3.4 s',
      '5 s',
      '1 min',
      '3 min 05 s',
      '1 h',
    ]);
    expect([elapsed(-5), elapsed(12_900)]).toEqual(['0 s', '12 s']);
  });

  it('shorten the home folder only', () => {
    expect(shortPath('/home/ada/code')).toBe('~/code');
    expect(shortPath('/homes/ada')).toBe('/homes/ada');
  });

  it('say in words what a button’s marks show', () => {
    expect(actionWords(action({ trusted: false }), run())).toBe('running, step 1 of 2; not trusted yet');
    expect(actionWords(action(), undefined)).toBe('');
  });
});

describe('a diff', () => {
  it('numbers both sides and leaves the file names out', () => {
    const lines = parseDiff('--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n@@ -9 +9 @@\n-x\n');
    expect(lines.map((line) => [line.kind, line.before, line.after, line.text])).toEqual([
      ['same', 1, 1, 'same'],
      ['removed', 2, null, 'old'],
      ['added', null, 2, 'new'],
      ['skip', null, null, '⋯'],
      ['removed', 9, null, 'x'],
    ]);
  });

  it('keeps content that looks like a file name', () => {
    expect(parseDiff('--- a\n+++ b\n@@ -1 +1 @@\n--- x\n')).toEqual([
      { kind: 'removed', before: 1, after: null, text: '-- x' },
    ]);
  });
});

describe('dropping a tab', () => {
  it('asks for the nearest side', () => {
    const box = { left: 0, top: 0, width: 100, height: 100 } as DOMRect;
    expect(dropSide({ clientX: 50, clientY: 50 }, box)).toBe('middle');
    expect(dropSide({ clientX: 5, clientY: 50 }, box)).toBe('left');
    expect(dropSide({ clientX: 50, clientY: 95 }, box)).toBe('below');
  });
});

describe('pasting', () => {
  it('asks for lines that would run at once', () => {
    expect(pasteNeedsAsking('ls\nrm -r x', false)).toBe(true);
    expect(pasteNeedsAsking('ls\nrm -r x', true)).toBe(false);
    expect(pasteNeedsAsking('ls', false)).toBe(false);
  });

  it('leaves out what acts like keys, and keeps lines, columns and all letters', () => {
    expect(pasteable('ls\x1b[201~\rtouch x\r')).toBe('ls[201~\rtouch x\r');
    expect(pasteable('a\0\x03\x04\x08\x0b\x0c\x15\x7f\x85\x9bb')).toBe('ab');
    expect(pasteable('é\t→\r\n👩‍🌾 \u00a0\n')).toBe('é\t→\r\n👩‍🌾 \u00a0\n');
  });
});
