/**
 * Orders two texts by their UTF-8 bytes, as Go and LevelDB do. JavaScript orders by UTF-16 units, where a character beyond U+FFFF
 * comes before U+E000 to U+FFFF; the first differing unit tells which rule counts.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates move behind every other unit. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
