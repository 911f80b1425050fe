// What is said when another host is there: what ended with the one before, as far as this page knew it.

import type { RunView, TerminalView } from '../api/types';

/** So many are named; the list of terminals has them all. */
const NAMED = 6;

/** After a host that was stopped. */
export function endedWords(count: number): string {
  return count === 1 ? 'One terminal ended with it.' : `${count} terminals ended with it.`;
}

/** After a host that died: its terminals are still on this page, with what they showed. */
export function lostWords(terminals: TerminalView[], runs: RunView[]): string {
  const ended = `${endedWords(terminals.length).slice(0, -1)}: ${names(terminals.map((one) => one.codename))}.`;
  const kept = terminals.length === 1 ? 'Its tab keeps what it showed' : 'Their tabs keep what they showed';
  const interrupted = runs.length > 0 ? [`Interrupted: ${names(runs.map((run) => run.label))}.`] : [];
  return [ended, `${kept} until this page is closed or reloaded.`, ...interrupted].join(' ');
}

function names(all: string[]): string {
  const more = all.length - NAMED;
  return all.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
