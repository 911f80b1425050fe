import type { ISearchDecorationOptions } from '@xterm/addon-search';
import type { ITheme } from '@xterm/xterm';

import type { Colours } from '../api/types';

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** xterm wants plain colours: reads the tokens of `style/tokens.css` as the page computes them now. */
export function terminalTheme(): ITheme {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const key = `${document.documentElement.dataset['theme']} ${dark}`;
  if (known?.key !== key) known = { key, theme: withTokens(themeOf) };
  return known.theme;
}

/** Reading tokens costs a page with many terminals dear, and all of them have the same. */
let known: { key: string; theme: ITheme } | undefined;

/** The same for the host, which answers programs that ask for colours. */
export function coloursToTell(): Colours {
  return withTokens((token) => ({
    foreground: hex(token('foreground')),
    background: hex(token('background')),
    cursor: hex(token('cursor')),
    palette: [...NAMES, ...NAMES.map((name) => `bright-${name}`)].map((name) => hex(token(name))),
  }));
}

/** How what was found is marked; the addon wants `#rrggbb`. */
export function matchColours(): ISearchDecorationOptions {
  return withTokens((token) => {
    const [match, current] = [hex(token('match')), hex(token('match-current'))];
    return {
      matchBackground: match,
      matchOverviewRuler: match,
      activeMatchBackground: current,
      activeMatchColorOverviewRuler: current,
    };
  });
}

function withTokens<A>(read: (token: (name: string) => string) => A): A {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  try {
    return read((name) => {
      probe.style.color = `var(--term-${name})`;
      return getComputedStyle(probe).color;
    });
  } finally {
    probe.remove();
  }
}

/** `rgb(1, 2, 3)` as `#010203`. */
function hex(colour: string): string {
  const parts = colour.match(/\d+/g)?.slice(0, 3) ?? [];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}

function themeOf(token: (name: string) => string): ITheme {
  const theme: ITheme = {
    background: token('background'),
    foreground: token('foreground'),
    cursor: token('cursor'),
    cursorAccent: token('background'),
    selectionBackground: token('selection'),
    scrollbarSliderBackground: token('scrollbar'),
    scrollbarSliderHoverBackground: token('scrollbar-hover'),
    scrollbarSliderActiveBackground: token('scrollbar-hover'),
  };
  for (const name of NAMES) {
    theme[name] = token(name);
    theme[`bright${name[0]!.toUpperCase()}${name.slice(1)}` as keyof ITheme] = token(
      `bright-${name}`,
    ) as never;
  }
  return theme;
}

/** Calls back when the system turns dark or light, or the page's theme is set by hand. */
export function onThemeChange(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    dark.removeEventListener('change', changed);
    observer.disconnect();
  };
}
