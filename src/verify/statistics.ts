/**
 * The value below which `percent` of 100 of the values lie, in between two values where it falls there. Of no values
 * there is none.
 */
export function percentile(values: readonly number[], percent: number): number | undefined {
  return percentileOfSorted(Float64Array.from(values).sort(), percent);
}

/** The same of values in ascending order. */
export function percentileOfSorted(sorted: Float64Array, percent: number): number | undefined {
  if (!(percent >= 0 && percent <= 100))
    throw new RangeError(`A percentile must be a number from 0 to 100: current value is ${percent}`);
  const place = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return undefined;
  return below + (above - below) * (place % 1);
}
