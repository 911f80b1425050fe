// The viewers of this window, made when a terminal is first shown.

import { SvelteMap } from 'svelte/reactivity';

import type { Door } from '../api/door';
import { pasteNeedsAsking } from './keys';
import { Viewer, type ViewerOptions } from './viewer.svelte';

export interface ViewersListener {
  openAddress(url: string): void;
  isShortcut(event: KeyboardEvent, wholeScreen: boolean): boolean;
  confirmPaste(text: string): Promise<boolean>;
  copyRefused(text: string): void;
  runningSince(terminal: string): number | null;
  /** Somebody typed into a terminal, and a terminal printed something: whether the host answers. */
  typed(): void;
  printed(): void;
}

/** So many terminals stay drawn; others come back from the host, with their text, when they are shown. */
const KEPT = 24;

declare global {
  interface Window {
    /** For tests and the console: each shown terminal's xterm by the terminal's id. */
    __terminals?: Map<string, Viewer['term']>;
  }
}

export class Viewers {
  /** In the order in which they were last shown. */
  private readonly byId = new SvelteMap<string, Viewer>();
  private making: ReturnType<typeof setTimeout> | undefined;
  private readonly terms = (window.__terminals = new Map<string, Viewer['term']>());

  constructor(
    private readonly door: Door,
    private readonly listener: ViewersListener,
    private options: ViewerOptions,
  ) {
    window.addEventListener('resize', () => this.resizedByHand());
  }

  /** Somebody changed the room of terminals in this window: their size is this window's, once all is in its place. */
  resizedByHand(): void {
    requestAnimationFrame(() => {
      for (const viewer of this.byId.values()) if (viewer.seen) viewer.resizedByHand();
    });
  }

  /** Makes a terminal's viewer unless there is one. What is out of sight longest makes room for it. */
  show(id: string): Viewer {
    const known = this.byId.get(id);
    this.byId.delete(id);
    const viewer = known ?? this.make(id);
    this.byId.set(id, viewer);
    // Not now: somebody waits for this one to be drawn.
    if (this.byId.size > KEPT) this.making ??= setTimeout(() => this.makeRoom());
    return viewer;
  }

  private makeRoom(): void {
    this.making = undefined;
    const hidden = [...this.byId].filter(([, viewer]) => !viewer.seen && !viewer.left);
    for (const [old] of hidden.slice(0, Math.max(0, this.byId.size - KEPT))) this.drop(old);
  }

  get(id: string): Viewer | undefined {
    return this.byId.get(id);
  }

  drop(id: string): void {
    this.byId.get(id)?.dispose();
    this.byId.delete(id);
    this.terms.delete(id);
  }

  /** Lets go of terminals that are gone. */
  keep(exists: (id: string) => boolean): void {
    for (const id of this.byId.keys()) if (!exists(id)) this.drop(id);
  }

  /** Sockets that dropped try again now: the host is back. */
  retry(): void {
    for (const viewer of this.byId.values()) viewer.retry();
  }

  configure(options: ViewerOptions): void {
    this.options = options;
    for (const viewer of this.byId.values()) viewer.configure(options);
  }

  /** The room of any terminal on the page: what a new one should start with. */
  room(): { cols: number; rows: number } | undefined {
    for (const viewer of this.byId.values()) {
      const room = viewer.room();
      if (room) return room;
    }
    return undefined;
  }

  private make(id: string): Viewer {
    const viewer: Viewer = new Viewer(
      this.door,
      id,
      {
        openAddress: (url) => this.listener.openAddress(url),
        isShortcut: (event, wholeScreen) => this.listener.isShortcut(event, wholeScreen),
        mayPaste: async (text) =>
          !pasteNeedsAsking(text, viewer.term.modes.bracketedPasteMode) || this.listener.confirmPaste(text),
        copyRefused: (text) => this.listener.copyRefused(text),
        runningSince: () => this.listener.runningSince(id),
        typed: () => this.listener.typed(),
        printed: () => this.listener.printed(),
      },
      this.options,
    );
    this.terms.set(id, viewer.term);
    return viewer;
  }
}
