// Pictures in a terminal (SIXEL, and iTerm's OSC 1337). What draws them is fetched when the first one comes:
// most terminals never show one.

import type { IDisposable, Terminal } from '@xterm/xterm';

import { mute } from './mute';

/** Enough for a screen full of pictures; older ones give way. */
const LIMITS = { pixelLimit: 8_388_608, storageLimit: 32, enableSizeReports: false };
/** The longest beginning there is: `ESC P`, numbers, `q`. */
const LONGEST = 24;
/** The decoder is compiled within milliseconds, or never where WebAssembly is forbidden. */
const LOOKS = 200;
const ESCAPE = 0x1b;
const PICTURE = new RegExp(String.raw`^\u001b(P[\d;]*q|\]1337;)`);
const TORN = new RegExp(String.raw`^\u001b(P[\d;]*|\]?|\]1|\]13|\]133|\]1337)$`);

export class Images {
  private wanted = false;
  /** The end of what came before, as long as a picture may begin in it. */
  private rest = '';
  private muted: IDisposable[] = [];

  constructor(private readonly term: Terminal) {}

  /** Whether a picture begins in these bytes for the first time: then `load` comes before they are drawn. */
  beginIn(bytes: Uint8Array): boolean {
    if (this.wanted) return false;
    if (this.rest !== '') {
      const joined = this.rest + latin(bytes.subarray(0, LONGEST));
      this.rest = '';
      if (this.begins(joined)) return true;
    }
    for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 1)) {
      const next = bytes[at + 1];
      if (next !== undefined && next !== 0x50 && next !== 0x5d) continue;
      if (this.begins(latin(bytes.subarray(at, at + LONGEST)))) return true;
    }
    return false;
  }

  /** Whether a text that begins with an escape begins a picture; what is too short to tell is kept. */
  private begins(text: string): boolean {
    this.wanted = PICTURE.test(text);
    if (!this.wanted && text.length < LONGEST && TORN.test(text)) this.rest = text;
    return this.wanted;
  }

  async load(): Promise<void> {
    try {
      const { ImageAddon } = await import('@xterm/addon-image');
      const addon = new ImageAddon(LIMITS);
      this.term.loadAddon(addon);
      // The addon answers programs' questions too; the host alone does that.
      this.muted = mute(this.term);
      await decoderOf(addon);
    } catch {
      // Without it the picture is left out, as in any terminal that knows none.
    }
  }

  dispose(): void {
    for (const one of this.muted) one.dispose();
  }
}

/** The addon compiles its decoder by itself and tells nobody when it is done; a picture before that is lost. */
async function decoderOf(addon: object): Promise<void> {
  const { _handlers: handlers } = addon as { _handlers?: Map<string, { _dec?: unknown }> };
  for (let look = 0; look < LOOKS && handlers?.get('sixel')?._dec === undefined; look += 1) {
    await new Promise((done) => setTimeout(done, 5));
  }
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
