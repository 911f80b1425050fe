// The settings as the host has them. The page keeps a copy only for its first picture, before the host answers.

import type { Door } from '../api/door';
import { DoorError } from '../api/error';
import type { Config, ConfigView } from '../api/types';
import type { ViewerOptions } from '../terminal/viewer.svelte';
import { recall, remember } from './memory';
import { sentence } from './toasts.svelte';

/** Settings to change, `null` for what is usual. Shortcuts are changed one by one. */
export type Changes = { [Key in Exclude<keyof Config, 'shortcuts'>]?: Config[Key] | null } & {
  shortcuts?: Record<string, string | null>;
};

/** What holds until the host has said what does. */
const UNKNOWN: Config = {
  theme: 'system',
  'font-family': null,
  'font-size': 13,
  'line-height': 1,
  cursor: 'block',
  'cursor-blink': false,
  'scrollback-lines': 10_000,
  webgl: false,
  'programs-copy': true,
  'screen-reader-mode': false,
  shell: null,
  editor: null,
  'notify-bell': true,
  'notify-finished': true,
  'notify-failed': true,
  shortcuts: {},
  defaults: 'overwrite',
  'idle-minutes': 10,
  log: 'info',
};

export const MONO =
  '"JetBrains Mono", "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export class Settings {
  /** What the host said last. */
  view: ConfigView | null = $state.raw(null);
  private known: Config = $state.raw({ ...UNKNOWN, ...recall<Partial<Config>>('settings') });

  /** The revision of what this host said last. */
  private newest = -1;

  constructor(private readonly door: Door) {}

  get config(): Config {
    return this.known;
  }

  /** Asks the host, which may be another one than before. */
  async load(): Promise<void> {
    this.newest = -1;
    this.take(await this.door.config());
  }

  /** Takes what the host says, unless it said something newer: its answers and its events overtake each other. */
  take(view: ConfigView): void {
    if (view.revision < this.newest) return;
    this.newest = view.revision;
    this.view = view;
    this.known = view.settings;
    remember('settings', view.settings);
  }

  /** Changes settings in config.yaml, `null` for what is usual; answers why that did not work. */
  async change(changes: Changes): Promise<string | null> {
    try {
      this.take(await this.door.changeConfig(changes));
      return null;
    } catch (error) {
      if (!(error instanceof DoorError)) throw error;
      // Its place and what to do stand above all settings already.
      if (error.code === 'config_broken' && this.view?.problems.length)
        return 'Not changed: `config.yaml` has to be mended first';
      return [error.message, error.hint]
        .filter((part) => part !== undefined)
        .map(sentence)
        .join(' ');
    }
  }

  get terminal(): ViewerOptions {
    const own = this.known['font-family'];
    return {
      fontFamily: own === null ? MONO : `${own}, ${MONO}`,
      fontSize: this.known['font-size'],
      lineHeight: this.known['line-height'],
      cursorStyle: this.known.cursor,
      cursorBlink: this.known['cursor-blink'],
      scrollback: this.known['scrollback-lines'],
      webgl: this.known.webgl,
      programsCopy: this.known['programs-copy'],
      screenReader: this.known['screen-reader-mode'],
    };
  }
}
