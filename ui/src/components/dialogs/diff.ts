export interface DiffLine {
  kind: 'added' | 'removed' | 'same' | 'skip';
  /** Line numbers in the two files, where the line is in them. */
  before: number | null;
  after: number | null;
  text: string;
}

/** Reads a unified diff. Lines before the first hunk (the file names) are left out. */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      // A hunk that follows on nothing says so with line 0.
      before = Math.max(1, Number(hunk[1]));
      after = Math.max(1, Number(hunk[2]));
      if (lines.length > 0) lines.push({ kind: 'skip', before: null, after: null, text: '⋯' });
      continue;
    }
    if (before === 0) continue;
    const text = line.slice(1);
    if (line.startsWith('+')) lines.push({ kind: 'added', before: null, after: after++, text });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', before: before++, after: null, text });
    else if (!line.startsWith('\\')) lines.push({ kind: 'same', before: before++, after: after++, text });
  }
  return lines;
}
