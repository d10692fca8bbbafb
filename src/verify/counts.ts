/** How often each thing occurred, by its name. */
export type Counts = ReadonlyMap<string, number>;

/** Counts it once, or so many times. */
export function countMore(counts: Map<string, number>, name: string, more = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}

export function sumOf(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** The most frequent first, equals by name. */
export function mostFrequentFirst(counts: Counts): readonly (readonly [name: string, count: number])[] {
  return [...counts].sort(([leftName, left], [rightName, right]) => right - left || byCodePoint(leftName, rightName));
}

/** The order must not depend on the language of the machine. */
function byCodePoint(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
