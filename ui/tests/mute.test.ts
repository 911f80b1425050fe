import { Terminal } from '@xterm/xterm';
import { describe, expect, it } from 'vitest';

import { mute } from '../src/terminal/mute';

async function answers(bytes: string, muted: boolean): Promise<string[]> {
  const term = new Terminal({ allowProposedApi: true });
  const said: string[] = [];
  term.onData((data) => said.push(data));
  if (muted) mute(term);
  await new Promise<void>((done) => term.write(bytes, done));
  term.dispose();
  return said;
}

const QUESTIONS = {
  DA1: '\x1b[c',
  DA2: '\x1b[>c',
  'DSR 5': '\x1b[5n',
  'DSR 6': '\x1b[6n',
  DECXCPR: '\x1b[?6n',
  DECRQM: '\x1b[?2004$p',
  'DECRQM, ANSI': '\x1b[4$p',
  DECRQSS: '\x1bP$qm\x1b\\',
  XTVERSION: '\x1b[>q',
  'OSC 4': '\x1b]4;1;?\x07',
  'OSC 10': '\x1b]10;?\x07',
  'OSC 11': '\x1b]11;?\x07',
  'OSC 12': '\x1b]12;?\x07',
  'kitty flags': '\x1b[?u',
};

describe('a muted terminal', () => {
  it.each(Object.entries(QUESTIONS))('leaves %s to the host', async (_, bytes) => {
    expect(await answers(bytes, true)).toEqual([]);
  });

  it('would have answered otherwise', async () => {
    expect(await answers(QUESTIONS.DA1 + QUESTIONS['DSR 6'], false)).toHaveLength(2);
  });
});
