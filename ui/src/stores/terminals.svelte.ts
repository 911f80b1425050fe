// Every terminal the host has, and which of them ask for a look.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import type { TerminalView } from '../api/types';

/** Why a terminal asks for a look. */
export interface Call {
  kind: 'bell' | 'run';
  words: string;
}

export class Terminals {
  byId = new SvelteMap<string, TerminalView>();
  /** Terminals that rang, failed or finished while nobody saw them, and what it was in words. */
  attention = new SvelteMap<string, Call>();
  /** What a host that ended left on this page: its terminals ended with it, and are here only to be read. */
  readonly left = new SvelteSet<string>();
  /** How many codenames the user has met by opening terminals, and how many there are. */
  codenames = $state({ met: 0, of: 0 });
  list = $derived([...this.byId.values()].toSorted((a, b) => (a.created < b.created ? -1 : 1)));

  set(terminals: TerminalView[]): void {
    const alive = new Set(terminals.map((terminal) => terminal.id));
    for (const id of this.byId.keys()) if (!alive.has(id) && !this.left.has(id)) this.remove(id);
    for (const terminal of terminals) this.put(terminal);
  }

  put(terminal: TerminalView): void {
    this.byId.set(terminal.id, terminal);
  }

  /** Takes the answer to an operation, unless events that came before it already know more. */
  meet(terminal: TerminalView): void {
    if (!this.byId.has(terminal.id)) this.put(terminal);
  }

  /** The host ended: its terminals stay as what has ended. Answers those that lived until then. */
  leave(): TerminalView[] {
    const lived = this.list.filter((terminal) => terminal.state.kind !== 'exited');
    for (const terminal of lived)
      this.put({ ...terminal, state: { kind: 'exited', code: null, signal: null } });
    for (const id of this.byId.keys()) this.left.add(id);
    return lived;
  }

  get(id: string): TerminalView | undefined {
    return this.byId.get(id);
  }

  remove(id: string): void {
    this.byId.delete(id);
    this.attention.delete(id);
    this.left.delete(id);
  }
}
