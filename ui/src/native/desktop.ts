import type { Key } from '../api/door';
import type { Native } from './native';

/** The Tauri window: each call is one command of `src-tauri/src/native.rs`. */
export function desktop(internals: NonNullable<Window['__TAURI_INTERNALS__']>): Native {
  return {
    desktop: true,
    door: () => internals.invoke<Key>('door'),
    pickFolder: () => internals.invoke<string | null>('pick_folder'),
    openInEditor: (path, line) => internals.invoke('open_in_editor', { path, line: line ?? null }),
    notify: (title, body, terminal) => internals.invoke('notify', { title, body, terminal }),
    openAddress: (url) => void internals.invoke('open_address', { url }),
  };
}
