// What only the desktop can do. A browser gets a stand-in with the same shape.

import type { Key } from '../api/door';

export interface Native {
  /** Whether this is the desktop window. */
  readonly desktop: boolean;
  /** The host's address and token; the desktop starts a host where none runs, if it may. */
  door(start: boolean): Promise<Key>;
  /** Lets the user choose a folder; null when they changed their mind. */
  pickFolder(): Promise<string | null>;
  /**
   * Opens a file in the user's editor; done when that has ended, as only then is known whether it worked. One that needs
   * a terminal is answered instead, with its arguments.
   */
  openInEditor(path: string, at: Place | undefined, editors: Editors): Promise<string[] | null>;
  /** Whether the system shows notifications of ours; a browser has to be asked first, by a click of the user's. */
  mayNotify(): NotificationPermission;
  askToNotify(): Promise<NotificationPermission>;
  /** A system notification; a click on it goes to the terminal. */
  notify(title: string, body: string, terminal: string): Promise<void>;
  /** Opens a web address outside the page. */
  openAddress(url: string): void;
  /** Tells the desktop which terminals there are, for its tray. */
  tellTerminals(terminals: { id: string; label: string }[]): void;
  /** Takes the window away: into the tray where there is one. */
  closeWindow(): void;
  /** The window stays after all: its user changed their mind. */
  keepWindow(): void;
  /** Ends the window's program; the host is another one. */
  quit(): void;
}

/** Where in a file, from 1; the column in characters. */
export interface Place {
  line: number;
  column?: number | undefined;
}

/** What the host knows of the user's editors: that of the settings, and those of the login shell's environment. */
export interface Editors {
  setting: string | null;
  login: string[];
}

/** What a browser has to ask the user in the page itself. */
export interface Ask {
  folder(): Promise<string | null>;
  showPath(path: string, at: Place | undefined): void;
  goTo(terminal: string): void;
  /** The address of another host was pasted. */
  reconnect(): void;
}

declare global {
  interface Window {
    __TAURI_INTERNALS__?: { invoke<A>(command: string, args?: Record<string, unknown>): Promise<A> };
  }
}
