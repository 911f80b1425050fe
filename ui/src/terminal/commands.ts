// What the shell's own marks (OSC 133) tell of the commands in a terminal: where each prompt stands,
// where its output is, how it ended, and how long it took. Drawing is `gutter`.

import type { IBuffer, IDisposable, IMarker, Terminal } from '@xterm/xterm';

export type Phase =
  | { kind: 'typing' }
  /** `since` is unknown when the command began before this viewer looked. */
  | { kind: 'running'; output: IMarker; since: number | null }
  | { kind: 'done'; output: IMarker; end: IMarker; code: number | null; ms: number | null };

export interface Command {
  /** Where the prompt begins; jumps go there. */
  prompt: IMarker;
  /** Where the prompt ends and the command is typed, in a row of its own below a prompt of several rows. */
  input: { marker: IMarker; column: number } | null;
  text: string;
  phase: Phase;
}

/** A command's text in a tooltip: what is longer is cut. */
const LONGEST = 200;
/** The host puts a random id into the marks of its own shells; marks without one are some program's. */
const OURS = /^aid=([0-9a-f]{32})$/;

export class Commands {
  private all: Command[] = [];
  private stale = false;
  private aid: string | undefined;
  /** The prompt that was jumped to last, until something is typed. */
  private chosen: Command | undefined;
  private readonly handler: IDisposable;

  constructor(
    private readonly term: Terminal,
    /** The time now, or null while the past is replayed: it took no time. */
    private readonly clock: () => number | null,
  ) {
    this.handler = term.parser.registerOscHandler(133, (data) => {
      this.mark(data.split(';'));
      return true;
    });
  }

  dispose(): void {
    this.handler.dispose();
  }

  /** The commands whose rows are still there, oldest first. */
  get list(): readonly Command[] {
    if (this.stale) {
      this.all = this.all.filter((command) => !command.prompt.isDisposed);
      this.stale = false;
    }
    return this.all;
  }

  /** Everything is drawn anew from the host's bytes. */
  reset(): void {
    this.all = [];
    this.chosen = undefined;
    this.aid = undefined;
  }

  /** The shell is gone, and with it what ran: `exit` itself tells no end. */
  shellEnded(code: number | null): void {
    this.end(code === null ? '' : String(code));
  }

  /** The host knows since when the command runs that this viewer found running. */
  runsSince(moment: number): void {
    const command = this.all.at(-1);
    if (command?.phase.kind === 'running') command.phase.since ??= moment;
  }

  /** Scrolls to the prompt before or after the one that was jumped to last. Answers it; none at the ends. */
  jump(by: -1 | 1): Command | undefined {
    const { list } = this;
    const at = this.chosen ? list.indexOf(this.chosen) : -1;
    const next = at >= 0 ? list[at + by] : this.beside(by);
    if (!next) {
      if (by === 1) this.leave();
      return undefined;
    }
    this.chosen = next;
    this.term.scrollToLine(next.prompt.line);
    return next;
  }

  get jumpedTo(): Command | undefined {
    return this.chosen?.prompt.isDisposed ? undefined : this.chosen;
  }

  /** Back to the newest line. */
  leave(): void {
    if (!this.chosen) return;
    this.chosen = undefined;
    this.term.scrollToBottom();
  }

  /** What the newest command that printed something printed; none before the first one. */
  lastOutput(): string | undefined {
    const command = this.list.findLast(({ phase }) => phase.kind !== 'typing');
    if (!command || command.phase.kind === 'typing' || command.phase.output.isDisposed) return undefined;
    const buffer = this.term.buffer.normal;
    const end =
      command.phase.kind === 'done' && !command.phase.end.isDisposed
        ? command.phase.end.line
        : buffer.baseY + buffer.cursorY;
    return textOf(buffer, command.phase.output.line, 0, end);
  }

  /** Without a jump before it, the next prompt is looked for from what is on screen. */
  private beside(by: -1 | 1): Command | undefined {
    const { viewportY, baseY } = this.term.buffer.active;
    if (by === 1) return this.list.find((command) => command.prompt.line > viewportY);
    // At the bottom the newest prompt is the one that is typed at: the one before it is wanted.
    if (viewportY >= baseY) return this.list.findLast((command) => command.phase.kind !== 'typing');
    return this.list.findLast((command) => command.prompt.line < viewportY);
  }

  private mark([kind, ...parameters]: string[]): void {
    const aid = parameters.map((one) => OURS.exec(one)?.[1]).find((found) => found !== undefined);
    if (aid === undefined) return;
    this.aid ??= aid;
    if (aid !== this.aid) return;
    switch (kind) {
      case 'A':
        return this.prompt();
      case 'B':
        return this.input();
      case 'C':
        return this.begin();
      case 'D':
        return this.end(parameters[0] ?? '');
    }
  }

  private prompt(): void {
    const last = this.all.at(-1);
    // Nothing ran at the prompt before: it was left empty, or is drawn anew.
    if (last?.phase.kind === 'typing') this.all.pop();
    const prompt = this.here();
    this.all.push({ prompt, input: null, text: '', phase: { kind: 'typing' } });
    prompt.onDispose(() => (this.stale = true));
  }

  private input(): void {
    const command = this.all.at(-1);
    if (command?.phase.kind !== 'typing') return;
    command.input = { marker: this.here(), column: this.term.buffer.active.cursorX };
  }

  private begin(): void {
    const command = this.all.at(-1);
    if (command?.phase.kind !== 'typing') return;
    const output = this.here();
    const { input } = command;
    if (input && !input.marker.isDisposed) {
      const text = textOf(this.term.buffer.normal, input.marker.line, input.column, output.line);
      command.text = text.trim().slice(0, LONGEST);
    }
    command.phase = { kind: 'running', output, since: this.clock() };
  }

  private end(code: string): void {
    const command = this.all.at(-1);
    if (command?.phase.kind !== 'running') return;
    const { output, since } = command.phase;
    const now = this.clock();
    command.phase = {
      kind: 'done',
      output,
      end: this.here(),
      code: /^\d+$/.test(code) ? Number(code) : null,
      ms: now === null || since === null ? null : now - since,
    };
  }

  private here(): IMarker {
    return this.term.registerMarker(0);
  }
}

/** The text from a place to the row before `end`, or with that row's part if a line was left open there. */
function textOf(buffer: IBuffer, from: number, column: number, end: number): string {
  let text = '';
  for (let row = from; row <= end; row += 1) {
    const line = buffer.getLine(row);
    if (!line) break;
    if (row === end && !line.isWrapped) break;
    if (row > from && !line.isWrapped) text += '\n';
    const continued = buffer.getLine(row + 1)?.isWrapped === true;
    text += line.translateToString(!continued, row === from ? column : 0);
  }
  return text;
}
