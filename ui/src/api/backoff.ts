/** How long to wait before attempt `n` (from 0), in milliseconds: quick at first, never over 5 s. */
export function backoff(n: number): number {
  return Math.min(5000, 150 * 2 ** n);
}
