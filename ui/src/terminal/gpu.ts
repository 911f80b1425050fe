// Drawing by WebGL, for those who switch it on: only while a terminal is seen, since a page gets few contexts.

import type { IDisposable, Terminal } from '@xterm/xterm';

export class Gpu {
  private addon: IDisposable | undefined;
  private wanted = false;

  constructor(
    private readonly term: Terminal,
    /** Cells have another size with each renderer. */
    private readonly changed: () => void,
  ) {}

  use(wanted: boolean): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (wanted) void this.load();
    else this.leave();
  }

  dispose(): void {
    this.wanted = false;
    this.addon?.dispose();
  }

  private async load(): Promise<void> {
    try {
      const { WebglAddon } = await import('@xterm/addon-webgl');
      if (!this.wanted || this.addon) return;
      const addon = new WebglAddon();
      // The driver took the context back: the DOM renderer draws from here on.
      addon.onContextLoss(() => this.leave());
      this.term.loadAddon(addon);
      this.addon = addon;
      this.changed();
    } catch {
      // No WebGL here; the DOM renderer goes on.
    }
  }

  private leave(): void {
    if (!this.addon) return;
    this.addon.dispose();
    this.addon = undefined;
    this.changed();
  }
}
