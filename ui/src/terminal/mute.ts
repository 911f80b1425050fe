import type { IDisposable, Terminal } from '@xterm/xterm';

/**
 * Switches off every answer that xterm would give to a program's question. The host answers them
 * from its own model, exactly once, however many viewers look on.
 */
export function mute(term: Terminal): IDisposable[] {
  const { parser } = term;
  const swallow = (): boolean => true;
  /** Questions among colour settings: a `?` where the colour would stand. */
  const question = (data: string): boolean => data.split(';').includes('?');
  return [
    parser.registerCsiHandler({ final: 'c' }, swallow), // DA1
    parser.registerCsiHandler({ prefix: '>', final: 'c' }, swallow), // DA2
    parser.registerCsiHandler({ prefix: '=', final: 'c' }, swallow), // DA3
    parser.registerCsiHandler({ final: 'n' }, swallow), // DSR 5, 6
    parser.registerCsiHandler({ prefix: '?', final: 'n' }, swallow), // DECDSR
    parser.registerCsiHandler({ intermediates: '$', final: 'p' }, swallow), // DECRQM, ANSI
    parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, swallow), // DECRQM, private
    parser.registerCsiHandler({ prefix: '>', final: 'q' }, swallow), // XTVERSION
    parser.registerCsiHandler({ prefix: '?', final: 'u' }, swallow), // kitty keyboard flags
    parser.registerCsiHandler({ prefix: '?', final: 'S' }, swallow), // XTSMGRAPHICS
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow), // DECRQSS
    parser.registerDcsHandler({ intermediates: '+', final: 'q' }, swallow), // XTGETTCAP
    parser.registerOscHandler(4, question),
    parser.registerOscHandler(10, question),
    parser.registerOscHandler(11, question),
    parser.registerOscHandler(12, question),
  ];
}
