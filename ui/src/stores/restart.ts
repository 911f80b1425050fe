// What is said when another host is there: what ended with the one before, as far as this page knew it.

import type { RunView, TerminalView } from '../api/types';

/** So many are named; the list of terminals has them all. */
const NAMED = 6;

/** Its terminals are still on this page, with what they showed. */
export function lostWords(terminals: TerminalView[], runs: RunView[]): string {
  const one = terminals.length === 1;
  const count = one ? 'One terminal' : `${terminals.length} terminals`;
  const ended = `${count} ended with it: ${names(terminals.map(({ codename }) => codename))}.`;
  const kept = one ? 'Its tab keeps what it showed' : 'Their tabs keep what they showed';
  const interrupted = runs.length > 0 ? [`Interrupted: ${names(runs.map((run) => run.label))}.`] : [];
  return [ended, `${kept} until this page is closed or reloaded.`, ...interrupted].join(' ');
}

function names(all: string[]): string {
  const more = all.length - NAMED;
  return all.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
