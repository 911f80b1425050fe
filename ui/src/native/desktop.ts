import type { Key } from '../api/door';
import { DoorError } from '../api/error';
import type { ErrorBody } from '../api/types';
import type { Native } from './native';

/** What the window tells the page. */
export interface Told {
  /** A click on a notification, or in the tray. */
  goTo(terminal: string): void;
  /** Somebody wants the window gone. */
  closing(): void;
  /** Somebody wants the program gone. */
  quitting(): void;
}

type Internals = NonNullable<Window['__TAURI_INTERNALS__']>;

/** The Tauri window: each call is one command of `src-tauri/src/native.rs`. */
export function desktop(internals: Internals, told: Told): Native {
  const call = async <A>(command: string, args?: Record<string, unknown>): Promise<A> => {
    try {
      return await internals.invoke<A>(command, args);
    } catch (error) {
      throw shaped(error);
    }
  };
  // A click on a notification: the window says which terminal it was about.
  window.addEventListener('show-terminal', (event) => told.goTo((event as CustomEvent<string>).detail));
  window.addEventListener('window-closing', () => told.closing());
  window.addEventListener('window-quitting', () => told.quitting());
  return {
    desktop: true,
    door: (start) => call<Key>('door', { start }),
    pickFolder: () => call<string | null>('pick_folder'),
    openInEditor: (path, at, editors) => call('open_in_editor', { path, at: at ?? null, editors }),
    mayNotify: () => 'granted',
    askToNotify: async () => 'granted',
    // Without a notification service the marks in the page have to do.
    notify: (title, body, terminal) => call<void>('notify', { title, body, terminal }).catch(() => undefined),
    openAddress: (url) => void call('open_address', { url }).catch(() => undefined),
    // A desktop without a tray has nowhere to show them.
    tellTerminals: (terminals) => void call('tell_terminals', { terminals }).catch(() => undefined),
    closeWindow: () => void call('close_window').catch(() => undefined),
    keepWindow: () => void call('keep_window').catch(() => undefined),
    quit: () => void call('quit_program').catch(() => undefined),
  };
}

/** Commands fail with the door's own error shape, or with a plain sentence. */
function shaped(error: unknown): DoorError {
  if (typeof error === 'object' && error !== null && 'code' in error)
    return new DoorError(0, error as ErrorBody);
  return new DoorError(0, { code: 'desktop', message: String(error) });
}
