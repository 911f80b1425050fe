// How terminals look in this window. They move to the host's config.yaml with the settings issue.

import type { ViewerOptions } from '../terminal/viewer.svelte';
import { recall, remember } from './memory';

export type Theme = 'system' | 'light' | 'dark';

interface Saved {
  fontSize: number;
  theme: Theme;
}

const DEFAULTS: Saved = { fontSize: 13, theme: 'system' };

export const MONO =
  '"JetBrains Mono", "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export class Settings {
  private saved: Saved = $state({ ...DEFAULTS, ...recall<Partial<Saved>>('settings') });

  get fontSize(): number {
    return this.saved.fontSize;
  }

  set fontSize(size: number) {
    this.saved.fontSize = Math.min(32, Math.max(8, size));
    remember('settings', this.saved);
  }

  get theme(): Theme {
    return this.saved.theme;
  }

  set theme(theme: Theme) {
    this.saved.theme = theme;
    remember('settings', this.saved);
  }

  get terminal(): ViewerOptions {
    return {
      fontFamily: MONO,
      fontSize: this.saved.fontSize,
      scrollback: 10_000,
      webgl: false,
      programsCopy: true,
    };
  }
}
