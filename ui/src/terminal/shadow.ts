// Where an xterm stands: a shadow tree of its own. Each xterm brings some hundred rules, and writes them anew whenever
// it is opened or has another size; in the page's own tree that makes WebKit judge every element of the page again,
// by the rules of all terminals (50 ms each time with twenty of them). In here it touches one terminal.

import styles from '@xterm/xterm/css/xterm.css?inline';

/** What the page gives all its elements, and xterm counts on. */
const OWN = `
  :host { position: absolute; inset: 0; contain: strict; }
  .ground { height: 100%; }
  :focus { outline: none; }
`;

let shared: CSSStyleSheet | undefined;

/** Makes the tree; answers its host, which takes the focus for what is inside, and the element to open an xterm in. */
export function shadow(): { host: HTMLElement; ground: HTMLElement } {
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open', delegatesFocus: true });
  root.adoptedStyleSheets = [sheet()];
  const ground = document.createElement('div');
  ground.className = 'ground';
  root.append(ground);
  return { host, ground };
}

function sheet(): CSSStyleSheet {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(styles + OWN);
  }
  return shared;
}
