// Finds palette entries by a few letters. However many there are, only those that fit best at a glance are scored.

import { computeCommandScore } from 'bits-ui';

import type { PaletteEntry } from './palette';

export interface Found {
  name: PaletteEntry['group'];
  entries: PaletteEntry[];
}

/** As many as one looks through; a letter more brings the rest. */
const SHOWN = 40;
/** So many of those that fit are scored: enough that the best are among them. */
const SCORED = 160;
/** How many of each kind stand there before anything is typed. */
const FIRST: Record<PaletteEntry['group'], number> = {
  Actions: 10,
  Terminals: 10,
  Projects: 5,
  Commands: 40,
};
/** What is listed only when it is looked for comes after what is listed anyway. */
const BEHIND = 0.6;

interface Candidate {
  entry: PaletteEntry;
  weight: number;
  /** What is typed is looked for in here. */
  text: string;
}

export class PaletteSearch {
  private all: Candidate[] | undefined;

  constructor(
    private readonly listed: PaletteEntry[],
    private readonly sought: () => PaletteEntry[],
  ) {}

  /** The entries that fit what was typed, best first, under their headings. */
  found(text: string): Found[] {
    const wanted = text.trim();
    if (wanted === '') {
      return grouped(this.listed).map(({ name, entries }) => ({
        name,
        entries: entries.slice(0, FIRST[name]),
      }));
    }
    this.all ??= [
      ...this.listed.map((entry) => candidate(entry, 1)),
      ...this.sought().map((entry) => candidate(entry, BEHIND)),
    ];
    const scored = likely(this.all, wanted.toLowerCase())
      .map(({ entry, weight }) => ({
        entry,
        score: weight * computeCommandScore(entry.label, wanted, [entry.group]),
      }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score);
    return grouped(scored.slice(0, SHOWN).map(({ entry }) => entry));
  }
}

function candidate(entry: PaletteEntry, weight: number): Candidate {
  return { entry, weight, text: `${entry.label} ${entry.group}`.toLowerCase() };
}

/**
 * Those that fit best at a glance: as a beginning, as a word's beginning, as initials, anywhere. Letters with gaps in
 * between are in many names by chance, so they count only where nothing is named so.
 */
function likely(all: Candidate[], wanted: string): Candidate[] {
  const glances: Candidate[][] = [[], [], [], [], []];
  for (const one of all) glances[glance(one, wanted)]?.push(one);
  const gaps = glances.pop()!;
  const named = glances.flat();
  return (named.length > 0 ? named : gaps).slice(0, SCORED);
}

function glance({ text }: Candidate, wanted: string): number {
  const at = text.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0) return text.includes(` ${wanted}`) ? 1 : 3;
  if (!inOrder(text, wanted)) return -1;
  const initials = text.replace(/(\S)\S*\s*/gu, '$1');
  return initials.includes(wanted) ? 2 : 4;
}

/** Whether all letters occur, one after the other. */
function inOrder(text: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    if (letter === ' ') continue;
    const at = text.indexOf(letter, from);
    if (at < 0) return false;
    from = at + letter.length;
  }
  return true;
}

/** Groups in the order of their best entry. */
function grouped(entries: PaletteEntry[]): Found[] {
  const groups = new Map<PaletteEntry['group'], PaletteEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.group);
    if (group) group.push(entry);
    else groups.set(entry.group, [entry]);
  }
  return [...groups].map(([name, of]) => ({ name, entries: of }));
}
