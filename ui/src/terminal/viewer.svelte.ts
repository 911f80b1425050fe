// One terminal as this window shows it: an xterm, its stream, and the rule of who sets the size.
// The element outlives the component that shows it, so that tabs move between panes with their text.

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { Terminal } from '@xterm/xterm';

import type { Door } from '../api/door';
import { Stream } from '../api/stream';
import { onCopy } from './clipboard';
import { Commands } from './commands';
import { Feed } from './feed';
import { Gpu } from './gpu';
import { Gutter } from './gutter';
import { Images } from './images';
import { MAC, pasteable, terminalKey } from './keys';
import { openLinks } from './links';
import { mute } from './mute';
import { Pace } from './pace';
import { Reader } from './reader';
import { shadow } from './shadow';
import { onThemeChange, terminalTheme } from './theme';

export type ViewerState =
  | { kind: 'attaching' }
  | { kind: 'live' }
  | { kind: 'dropped' }
  | { kind: 'ended'; code: number | null; signal: string | null };

export interface ViewerListener {
  openAddress(url: string): void;
  /** Whether the keys are a command of the window, and not the program's. */
  isShortcut(event: KeyboardEvent, wholeScreen: boolean): boolean;
  /** Asks whether text of several lines may be pasted. */
  mayPaste(text: string): Promise<boolean>;
  /** A program put text on the clipboard, but the browser wants a click for that. */
  copyRefused(text: string): void;
  /** Since when the command runs that runs now, as far as the host knows. */
  runningSince(): number | null;
  /** Somebody typed. */
  typed(): void;
  /** The terminal printed. */
  printed(): void;
}

/** What xterm itself is told. */
interface TermOptions {
  fontFamily: string;
  fontSize: number;
  lineHeight: number;
  cursorStyle: 'block' | 'bar' | 'underline';
  cursorBlink: boolean;
  scrollback: number;
}

export interface ViewerOptions extends TermOptions {
  /** Draw by WebGL what is seen. */
  webgl: boolean;
  /** Programs may put text on the clipboard (OSC 52). */
  programsCopy: boolean;
  /** Screen readers can read the rows, and are told what is printed. */
  screenReader: boolean;
}

/** Reports of focus that xterm itself sends; they are not typing. */
const FOCUS_REPORTS = new Set(['\x1b[I', '\x1b[O']);

const NOT_SHOWN = { cols: 0, rows: 0 };

export class Viewer {
  state: ViewerState = $state.raw({ kind: 'attaching' });
  /** Whether somebody typed here since it was opened: then a run does not take it over. */
  typed = $state(false);
  /** Whether the host that had it ended: then nobody can draw it again. */
  left = false;
  readonly element = document.createElement('div');
  readonly term: Terminal;
  readonly search = new SearchAddon();
  readonly commands: Commands;

  private readonly gutter: Gutter;
  private readonly images: Images;
  private readonly gpu: Gpu;
  private readonly reader: Reader;
  private readonly fit = new FitAddon();
  private readonly stream: Stream;
  private readonly feed: Feed;
  private readonly encoder = new TextEncoder();
  private readonly unwatchTheme: () => void;
  private readonly observer = new ResizeObserver(() => this.fitIfOwner());
  /** Whether this window sets the terminal's size: it typed, or was resized or focused by hand, last. */
  private owner = false;
  private size = { cols: 0, rows: 0 };
  /** Sizes that were asked for and that the host has not told back yet. */
  private asked: { cols: number; rows: number }[] = [];
  /** What the host was told last that fits here; 0 by 0 while nothing of it is shown. */
  private told = NOT_SHOWN;
  private opened = false;
  private early: Uint8Array<ArrayBuffer>[] = [];

  constructor(
    door: Door,
    readonly id: string,
    private readonly listener: ViewerListener,
    private options: ViewerOptions,
  ) {
    this.element.className = 'viewer';
    this.term = new Terminal({
      allowProposedApi: true,
      macOptionIsMeta: true,
      rightClickSelectsWord: MAC,
      theme: terminalTheme(),
      ...termOptions(options),
    });
    this.term.loadAddon(this.fit);
    this.term.loadAddon(this.search);
    this.term.loadAddon(new UnicodeGraphemesAddon());
    openLinks(this.term, (url) => listener.openAddress(url));
    mute(this.term);
    onCopy(this.term, (text) => void this.copyFor(text));
    this.commands = new Commands(this.term, () => (this.state.kind === 'live' ? Date.now() : null));
    this.gutter = new Gutter(this.term, this.commands);
    this.images = new Images(this.term);
    this.gpu = new Gpu(this.term, () => this.fitIfOwner());
    this.reader = new Reader(this.term);
    const pace = new Pace(this.term);
    this.feed = new Feed(
      {
        write: (data, drawn) => pace.write(data, drawn),
        reset: () => this.term.reset(),
        resize: (cols, rows) => this.term.resize(cols, rows),
      },
      {
        send: (message) => this.stream.send(message),
        replaying: () => {
          this.state = { kind: 'attaching' };
          this.reader.use(false);
          this.commands.reset();
        },
        resized: (cols, rows) => this.hostResized(cols, rows),
        live: () => this.liveNow(),
        exited: (code, signal) => {
          this.commands.shellEnded(code);
          this.state = { kind: 'ended', code, signal };
          this.reader.use(this.options.screenReader);
          this.fitIfOwner();
          // Nothing can be typed any more; hiding the cursor also draws the mark of what has ended.
          this.term.write('\x1b[?25l', () => this.gutter.draw());
        },
      },
      this.images,
    );
    this.stream = new Stream(door, id, {
      control: (message) => this.feed.control(message),
      output: (bytes) => {
        this.listener.printed();
        this.feed.output(bytes);
      },
      dropped: () => (this.state = { kind: 'dropped' }),
    });
    this.term.onData((data) => this.input(this.encoder.encode(data), !FOCUS_REPORTS.has(data)));
    this.term.onBinary((data) =>
      this.input(
        Uint8Array.from(data, (char) => char.charCodeAt(0)),
        true,
      ),
    );
    this.term.attachCustomKeyEventHandler((event) => this.key(event));
    // To a program on the whole screen the wheel is keys; one that has ended is scrolled itself.
    this.term.attachCustomWheelEventHandler(() => this.state.kind !== 'ended' || !this.wholeScreen);
    this.element.addEventListener('paste', (event) => this.pasted(event), { capture: true });
    this.element.addEventListener('pointerdown', () => this.claim());
    this.unwatchTheme = onThemeChange(() => (this.term.options.theme = terminalTheme()));
  }

  /** Shows the terminal inside an element; answers what takes it away again. */
  mount(parent: HTMLElement): () => void {
    parent.append(this.element);
    if (!this.opened) {
      this.opened = true;
      const { host, ground } = shadow();
      this.element.append(host, this.gutter.element);
      this.term.open(ground);
      this.reader.opened();
    }
    this.observer.observe(parent);
    return () => {
      this.observer.unobserve(parent);
      this.gpu.use(false);
      this.element.remove();
    };
  }

  /** Whether it is on screen now. */
  get seen(): boolean {
    return this.element.isConnected && this.element.offsetParent !== null;
  }

  /** Whether a program has the whole screen: it has no prompts. */
  private get wholeScreen(): boolean {
    return this.term.buffer.active.type === 'alternate';
  }

  focus(): void {
    this.term.focus();
  }

  /** The user chose this viewer: from now on the terminal has this viewer's size. */
  claim(): void {
    this.owner = true;
    this.fitIfOwner();
  }

  /** Somebody gave it another room. A window that attaches takes nobody else's size. */
  resizedByHand(): void {
    if (this.state.kind === 'live') this.claim();
  }

  /** How many cells fit into where it is shown; none while it is hidden. */
  room(): { cols: number; rows: number } | undefined {
    if (!this.element.isConnected || this.element.offsetWidth === 0) return undefined;
    const room = this.fit.proposeDimensions();
    return room && room.cols > 1 && room.rows > 0 ? room : undefined;
  }

  configure(options: ViewerOptions): void {
    this.options = options;
    Object.assign(this.term.options, termOptions(options));
    if (this.state.kind !== 'attaching') this.reader.use(options.screenReader);
    this.gpu.use(options.webgl && this.seen);
    this.fitIfOwner();
  }

  /** Goes to the prompt before (-1) or after (1), and marks its row. A program on the whole screen has no prompts. */
  jump(by: -1 | 1): boolean {
    if (this.wholeScreen) return false;
    this.commands.jump(by);
    this.gutter.draw();
    return true;
  }

  /** Selects the last cell of what is seen: a search begins at what is selected. */
  selectBottom(): void {
    const { viewportY } = this.term.buffer.active;
    this.term.select(this.term.cols - 1, viewportY + this.term.rows - 1, 1);
  }

  /** Where on the page the selected text is; none without one. Of several rows, all of their width. */
  selectionBox(): { left: number; right: number; top: number; bottom: number } | undefined {
    const at = this.term.getSelectionPosition();
    const screen = this.term.element?.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (!at || !screen) return undefined;
    const [cell, row] = [screen.width / this.term.cols, screen.height / this.term.rows];
    const one = at.start.y === at.end.y;
    const { viewportY } = this.term.buffer.active;
    return {
      left: screen.left + (one ? at.start.x * cell : 0),
      right: one ? screen.left + at.end.x * cell : screen.right,
      top: screen.top + (at.start.y - viewportY) * row,
      bottom: screen.top + (at.end.y - viewportY + 1) * row,
    };
  }

  /** Copies what the last command printed; answers whether there is such a command. */
  async copyLastOutput(): Promise<boolean> {
    const text = this.commands.lastOutput();
    if (text !== undefined) await navigator.clipboard.writeText(text);
    return text !== undefined;
  }

  /** The host is there again: what is typed from here on is typed as soon as the terminal is. */
  retry(): void {
    if (this.state.kind === 'dropped') this.state = { kind: 'attaching' };
    this.stream.retry();
  }

  /** The host ended, and the terminal with it: what is drawn here is all that is left of it. */
  leave(): void {
    this.left = true;
    this.stream.close();
    if (this.state.kind !== 'ended') this.state = { kind: 'ended', code: null, signal: null };
    this.reader.use(this.options.screenReader);
    // xterm cuts the cursor's line when it wraps the others anew.
    this.term.write(this.wholeScreen ? '' : '\r\n', () => this.fitIfOwner());
  }

  async copy(): Promise<void> {
    const text = this.term.getSelection();
    if (text) await navigator.clipboard.writeText(text);
  }

  async paste(raw: string): Promise<void> {
    const text = pasteable(raw);
    if (await this.listener.mayPaste(text)) this.term.paste(text);
    this.focus();
  }

  dispose(): void {
    this.stream.close();
    this.observer.disconnect();
    this.unwatchTheme();
    this.gpu.dispose();
    this.images.dispose();
    this.gutter.dispose();
    this.commands.dispose();
    this.term.dispose();
    this.element.remove();
  }

  private input(bytes: Uint8Array<ArrayBuffer>, byHand: boolean): void {
    if (byHand) {
      this.typed = true;
      this.commands.leave();
    }
    if (this.state.kind === 'live') {
      if (byHand) this.claim();
      this.stream.type(bytes);
      if (byHand) this.listener.typed();
    } else if (this.state.kind === 'attaching' && byHand) {
      // Typed before the first picture was there; nothing typed at a dead connection is kept.
      this.early.push(bytes);
    }
  }

  private liveNow(): void {
    this.state = { kind: 'live' };
    // The host knows nothing of what an earlier connection said.
    this.told = NOT_SHOWN;
    this.reader.use(this.options.screenReader);
    const since = this.listener.runningSince();
    if (since !== null) this.commands.runsSince(since);
    this.fitIfOwner();
    for (const bytes of this.early.splice(0)) this.input(bytes, true);
  }

  private fitIfOwner(): void {
    this.gpu.use(this.options.webgl && this.seen);
    if (this.state.kind === 'ended') this.fitAlone();
    if (this.state.kind !== 'live') return;
    const room = this.room();
    const last = this.asked.at(-1) ?? this.size;
    if (this.owner && room && !same(room, last)) {
      this.asked.push(room);
      this.stream.send({ type: 'resize', ...room });
      this.told = room;
    } else if (!same(room ?? NOT_SHOWN, this.told)) {
      // Where nobody else shows it, it is fitted; where somebody does, it is still theirs.
      this.told = room ?? NOT_SHOWN;
      this.stream.send({ type: 'fits', ...this.told });
    }
  }

  /** Nothing prints into it any more: its lines wrap to the room here. A whole screen would lose what has no room. */
  private fitAlone(): void {
    const room = this.room();
    if (this.wholeScreen) {
      // There may be less room than it was drawn for: then it can be scrolled.
      const drawn = this.term.element?.querySelector<HTMLElement>('.xterm-screen');
      this.element.style.minHeight = `${drawn?.offsetHeight ?? 0}px`;
    } else if (room && !same(room, this.term)) this.term.resize(room.cols, room.rows);
  }

  /** The host's word on the size. A size that was not asked for here is another viewer's. */
  private hostResized(cols: number, rows: number): void {
    this.size = { cols, rows };
    const at = this.asked.findIndex((size) => same(size, this.size));
    if (at < 0 && this.state.kind === 'live') this.owner = false;
    this.asked = this.state.kind === 'live' ? this.asked.slice(at + 1) : [];
  }

  private key(event: KeyboardEvent): boolean {
    if (this.listener.isShortcut(event, this.wholeScreen)) return false;
    switch (terminalKey(event)) {
      case 'copy':
        event.preventDefault();
        void this.copy();
        return false;
      case 'paste':
        // The browser turns the keys into a paste event, which `pasted` gets.
        return false;
      case 'none':
        return true;
    }
  }

  /** A program's text goes to the clipboard when it is new: what is replayed was copied long ago. */
  private async copyFor(text: string): Promise<void> {
    if (!this.options.programsCopy || this.state.kind !== 'live') return;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.listener.copyRefused(text);
    }
  }

  private pasted(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text/plain');
    event.preventDefault();
    event.stopPropagation();
    if (text) void this.paste(text);
  }
}

/** The options that xterm knows. */
function termOptions(options: ViewerOptions): TermOptions {
  const { fontFamily, fontSize, lineHeight, cursorStyle, cursorBlink, scrollback } = options;
  return { fontFamily, fontSize, lineHeight, cursorStyle, cursorBlink, scrollback };
}

function same(a: { cols: number; rows: number }, b: { cols: number; rows: number }): boolean {
  return a.cols === b.cols && a.rows === b.rows;
}
