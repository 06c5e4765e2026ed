/** A time as Go prints it: `2026-01-31 10:20:30.123 +0000 UTC`. */
export function goTime(timeMs: number): string {
  const [date = '', time = ''] = new Date(timeMs).toISOString().split('T');
  return `${date} ${time.replace(/\.?0*Z$/, '')} +0000 UTC`;
}
