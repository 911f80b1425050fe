// Whether a font is on this machine. Browsers don't tell; but a text has another width in it than without it.

const TEXT = 'mmmmmmmmmmlliWQ@';

/** Whether any font of a list, as CSS has it, is there. */
export function isInstalled(family: string): boolean {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return true;
  const width = (font: string): number => {
    context.font = `72px ${font}`;
    return context.measureText(TEXT).width;
  };
  // Two stand-ins, as the font may be one of them.
  return ['monospace', 'serif'].some((instead) => width(instead) !== width(`${family}, ${instead}`));
}
