// The strip left of a terminal: a quiet mark beside each command, by shape and colour, with its words for
// tooltips and assistive tools; and at the right how long it took, where that is worth knowing.

import type { IDisposable, Terminal } from '@xterm/xterm';

import type { Command, Commands } from './commands';
import { duration } from './duration';

/** Shorter commands need no figure. */
const WORTH_TELLING = 1000;
/** So many columns at a row's end have to be blank for a figure to stand there. */
const FIGURE = 12;

interface Row {
  command: Command;
  mark: HTMLElement;
  took: HTMLElement;
  drawn: string;
}

export class Gutter {
  readonly element = document.createElement('div');
  private readonly band = document.createElement('div');
  private readonly rows = new Map<Command, Row>();
  private readonly listeners: IDisposable[];

  constructor(
    private readonly term: Terminal,
    private readonly commands: Commands,
  ) {
    this.element.className = 'gutter';
    this.element.role = 'group';
    this.element.ariaLabel = 'Commands';
    this.band.className = 'band';
    this.band.hidden = true;
    this.element.append(this.band);
    // xterm draws once a frame, also what was scrolled. It tells of each line that scrolls as well: those are too many.
    this.listeners = [term.onRender(() => this.draw()), term.buffer.onBufferChange(() => this.draw())];
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.element.remove();
  }

  /** Puts a mark beside every command in view, and takes away those of others. */
  draw(): void {
    const { active } = this.term.buffer;
    const top = active.viewportY;
    const bottom = top + this.term.rows;
    const seen = new Set<Command>();
    if (active.type === 'normal') {
      const { list } = this.commands;
      // Newest first: what is in view is mostly at the end.
      for (let at = list.length - 1; at >= 0; at -= 1) {
        const command = list[at]!;
        const line = lineOf(command);
        if (line < top) break;
        if (line >= bottom || command.phase.kind === 'typing') continue;
        seen.add(command);
      }
    }
    for (const [command, row] of this.rows) {
      if (seen.has(command)) continue;
      row.mark.remove();
      row.took.remove();
      this.rows.delete(command);
    }
    const target = active.type === 'normal' ? this.commands.jumpedTo : undefined;
    const at = target ? lineOf(target) - top : -1;
    const band = at >= 0 && at < this.term.rows;
    if (this.band.hidden === band) this.band.hidden = !band;
    if (seen.size === 0 && !band) return;
    const height = this.rowHeight();
    for (const command of seen) this.place(command, lineOf(command), top, height);
    if (band) {
      this.band.style.top = `${at * height}px`;
      this.band.style.height = `${height}px`;
    }
  }

  private place(command: Command, line: number, top: number, height: number): void {
    const row = this.rows.get(command) ?? this.add(command);
    const { phase } = command;
    const ms = phase.kind === 'done' ? phase.ms : null;
    const told = ms !== null && ms >= WORTH_TELLING && this.hasRoom(line);
    const drawn = `${phase.kind} ${line - top} ${height} ${told}`;
    if (row.drawn === drawn) return;
    row.drawn = drawn;
    row.mark.dataset['outcome'] = outcome(command);
    row.mark.ariaLabel = row.mark.title = commandWords(command);
    for (const element of [row.mark, row.took]) {
      element.style.top = `${(line - top) * height}px`;
      element.style.height = element.style.lineHeight = `${height}px`;
    }
    row.took.hidden = !told;
    row.took.textContent = told ? duration(ms) : '';
  }

  private add(command: Command): Row {
    const mark = document.createElement('span');
    mark.className = 'mark';
    mark.role = 'img';
    const took = document.createElement('span');
    took.className = 'took';
    took.ariaHidden = 'true';
    this.element.append(mark, took);
    const row = { command, mark, took, drawn: '' };
    this.rows.set(command, row);
    return row;
  }

  private hasRoom(line: number): boolean {
    const text = this.term.buffer.normal.getLine(line)?.translateToString(true) ?? '';
    return text.length + FIGURE <= this.term.cols;
  }

  /** xterm writes the screen's height down itself: reading it from there asks for no layout. */
  private rowHeight(): number {
    const screen = this.term.element?.querySelector<HTMLElement>('.xterm-screen');
    return screen ? Number.parseFloat(screen.style.height) / this.term.rows : 0;
  }
}

/** The row that a command is typed in. */
function lineOf(command: Command): number {
  const { input, prompt } = command;
  return input && !input.marker.isDisposed ? input.marker.line : prompt.line;
}

function outcome({ phase }: Command): string {
  if (phase.kind !== 'done') return phase.kind;
  if (phase.code === null) return 'ended';
  return phase.code === 0 ? 'succeeded' : 'failed';
}

/** `failed with 1 after 3.2 s: make` */
export function commandWords({ phase, text }: Command): string {
  const what = text === '' ? '' : `: ${text}`;
  if (phase.kind !== 'done') return `running${what}`;
  const how = phase.code === null ? 'ended' : phase.code === 0 ? 'succeeded' : `failed with ${phase.code}`;
  return `${how}${phase.ms === null ? '' : ` after ${duration(phase.ms)}`}${what}`;
}
