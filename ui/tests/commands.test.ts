import { Terminal } from '@xterm/xterm';
import { afterEach, describe, expect, it } from 'vitest';

import { onCopy } from '../src/terminal/clipboard';
import { Commands } from '../src/terminal/commands';
import { commandWords } from '../src/terminal/gutter';

const AID = '0123456789abcdef0123456789abcdef';
const mark = (what: string, aid = AID): string => `\x1b]133;${what};aid=${aid}\x07`;
const prompt = `${mark('A')}$ ${mark('B')}`;
/** A command as bash marks it: what is typed, what it prints, its code. */
const ran = (text: string, printed: string, code: number): string =>
  `${prompt}${text}\r\n${mark('C')}${printed}${mark(`D;${code}`)}`;

let term: Terminal;
let time: number | null = 0;

function commands(): Commands {
  term = new Terminal({ allowProposedApi: true, cols: 20, rows: 5, scrollback: 40 });
  time = 0;
  return new Commands(term, () => time);
}

const write = (text: string): Promise<void> => new Promise((done) => term.write(text, done));

afterEach(() => term.dispose());

describe('commands', () => {
  it('have their text, their code and their time', async () => {
    const under = commands();
    await write(`${prompt}make all\r\n${mark('C')}`);
    time = 3200;
    await write(`built\r\n${mark('D;2')}${prompt}`);
    expect(under.list).toHaveLength(2);
    expect(commandWords(under.list[0]!)).toBe('failed with 2 after 3.2 s: make all');
  });

  it('of the past have no time, and one that was found running has the host’s', async () => {
    const under = commands();
    time = null;
    await write(ran('ls', 'a\r\n', 0));
    expect(commandWords(under.list[0]!)).toBe('succeeded: ls');
    await write(`${prompt}sleep 9\r\n${mark('C')}`);
    under.runsSince(1000);
    time = 6000;
    await write(mark('D;0'));
    expect(commandWords(under.list[1]!)).toBe('succeeded after 5 s: sleep 9');
  });

  it('end with their shell, which marks no end of its own', async () => {
    const under = commands();
    await write(`${prompt}exit 3\r\n${mark('C')}`);
    under.shellEnded(3);
    expect(commandWords(under.list[0]!)).toBe('failed with 3 after 0 ms: exit 3');
  });

  it('are only those of our own shell', async () => {
    const under = commands();
    await write(prompt);
    const other = 'f'.repeat(32);
    await write(`x\r\n\x1b]133;C\x07${mark('C', other)}${mark('D;0', other)}\x1b]133;D;0\x07`);
    expect(under.list.map((command) => command.phase.kind)).toEqual(['typing']);
  });

  it('give the last one’s output, wrapped lines joined and nothing trimmed within', async () => {
    const under = commands();
    expect(under.lastOutput()).toBeUndefined();
    const long = 'x'.repeat(30);
    await write(`${ran('one', 'first\r\n', 0)}${ran('two', `  ${long}\r\n\r\nend\r\n`, 0)}${prompt}`);
    expect(under.lastOutput()).toBe(`  ${long}\n\nend`);
  });

  it('are jumped to one by one, back and forth', async () => {
    const under = commands();
    const tall = Array.from({ length: 8 }, (_, at) => `${at}\r\n`).join('');
    await write(`${ran('one', tall, 0)}${ran('two', tall, 0)}${prompt}`);
    const row = (): string =>
      term.buffer.active.getLine(term.buffer.active.viewportY)!.translateToString(true);
    under.jump(-1);
    expect(row()).toBe('$ two');
    under.jump(-1);
    expect(row()).toBe('$ one');
    expect(under.jump(-1)).toBeUndefined();
    expect(row()).toBe('$ one');
    under.jump(1);
    expect(row()).toBe('$ two');
    under.leave();
    expect(term.buffer.active.viewportY).toBe(term.buffer.active.baseY);
  });

  it('that were left empty count for nothing, and those that scrolled away are forgotten', async () => {
    const under = commands();
    await write(`${prompt}\r\n${mark('D;0')}${prompt}\r\n${mark('D;0')}${prompt}`);
    expect(under.list).toHaveLength(1);
    await write('\r\n'.repeat(60));
    expect(under.list).toHaveLength(0);
  });
});

describe('a program’s clipboard', () => {
  it('takes what it writes and answers nothing it asks', async () => {
    commands();
    const copied: string[] = [];
    const said: string[] = [];
    term.onData((data) => said.push(data));
    onCopy(term, (text) => copied.push(text));
    await write(
      `\x1b]52;c;${btoa('plain')}\x07\x1b]52;c;4pyT\x07\x1b]52;c;?\x07\x1b]52;c;***\x07\x1b]52;c;/w==\x07`,
    );
    expect(copied).toEqual(['plain', '✓']);
    expect(said).toEqual([]);
  });
});
