// What only the desktop can do. A browser gets a stand-in with the same shape.

import type { Key } from '../api/door';

export interface Native {
  /** Whether this is the desktop window. */
  readonly desktop: boolean;
  /** The host's address and token; the desktop starts a host where none runs. */
  door(): Promise<Key>;
  /** Lets the user choose a folder; null when they changed their mind. */
  pickFolder(): Promise<string | null>;
  /** Opens a file in the user's editor. */
  openInEditor(path: string, line?: number): Promise<void>;
  /** A system notification; a click on it goes to the terminal. */
  notify(title: string, body: string, terminal: string): Promise<void>;
  /** Opens a web address outside the page. */
  openAddress(url: string): void;
}

/** What a browser has to ask the user in the page itself. */
export interface Ask {
  folder(): Promise<string | null>;
  showPath(path: string, line: number | undefined): void;
  goTo(terminal: string): void;
}

declare global {
  interface Window {
    __TAURI_INTERNALS__?: { invoke<A>(command: string, args?: Record<string, unknown>): Promise<A> };
  }
}
