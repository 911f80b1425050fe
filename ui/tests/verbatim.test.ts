// What would be typed: keys as keys, what hides as a mark, and nothing that imitates either.

import { expect, test } from 'vitest';

import { verbatimParts } from '../src/components/dialogs/verbatim';

const ENTER = { key: 'Enter' };

test('keys are shown as keys, and each line on its own', () => {
  expect(verbatimParts(String.raw`cd beds\u{d}ls\u{d}`)).toEqual([
    { text: 'cd beds' },
    ENTER,
    { text: '\nls' },
    ENTER,
  ]);
  expect(verbatimParts(String.raw`\u{3}`)).toEqual([{ key: 'Ctrl+C' }]);
});

test('what hides is marked', () => {
  expect(verbatimParts(String.raw`a\u{202e}b`)).toEqual([{ text: 'a' }, { hidden: 'U+202E' }, { text: 'b' }]);
});

test('text that imitates a mark stays text', () => {
  expect(verbatimParts(String.raw`ls\u{5c}u{d}`)).toEqual([{ text: String.raw`ls\u{d}` }]);
  expect(verbatimParts('')).toEqual([]);
});
