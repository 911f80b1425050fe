// Addresses in a terminal: those that stand there as text, and those that a program put behind its text (OSC 8).
// They open by a click with Ctrl or Cmd and by nothing else, since a plain click selects.

import { WebLinksAddon } from '@xterm/addon-web-links';
import type { Terminal } from '@xterm/xterm';

/** xterm itself keeps to http and https, for both kinds. */
export function openLinks(term: Terminal, open: (url: string) => void): void {
  const activate = (event: MouseEvent, url: string): void => {
    if (event.ctrlKey || event.metaKey) open(url);
  };
  /** The text tells nothing about where it leads. */
  const tell = (url: string): void => {
    if (term.element) term.element.title = url;
  };
  term.loadAddon(new WebLinksAddon(activate));
  term.options.linkHandler = { activate, hover: (_, url) => tell(url), leave: () => tell('') };
}
