// What the form can tell of a value before the host judges it: the rules are those of `action/input.rs`.

import type { Input } from '../../api/types';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What is wrong with a value, for the one who typed it; nothing if it will do. */
export function complaint(input: Input, value: string): string | undefined {
  if (value === '') return input.required ? 'A value is needed.' : undefined;
  if (input.type === 'number' && !(NUMBER.test(value) && Number.isFinite(Number(value))))
    return 'This is not a number.';
  if (input.type === 'name' && (value.includes('/') || value === '.' || value === '..'))
    return 'This must be the name of one file or folder, without “/”.';
  return undefined;
}
