/** A measured length of time as people read it, as the host tells them, too: `640 ms`, `12.4 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  const grain = ms < 1000 ? 1 : 100;
  const whole = Math.max(0, Math.round(ms / grain) * grain);
  if (whole < 1000) return `${whole} ms`;
  if (whole < 60_000) return `${whole / 1000} s`;
  const minutes = Math.floor(whole / 60_000);
  const seconds = Math.floor((whole % 60_000) / 1000);
  if (minutes < 60) return `${minutes} min${withZero(seconds, 's')}`;
  return `${Math.floor(minutes / 60)} h${withZero(minutes % 60, 'min')}`;
}

function withZero(count: number, unit: string): string {
  return count === 0 ? '' : ` ${String(count).padStart(2, '0')} ${unit}`;
}
