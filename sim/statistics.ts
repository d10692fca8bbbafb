/** Of no values there is none. */
export function median(values: readonly number[]): number | undefined {
  return percentile(values, 50);
}

/**
 * The value below which `percent` of 100 of the values lie, in between two values where it falls there. Of no values
 * there is none.
 */
export function percentile(values: readonly number[], percent: number): number | undefined {
  if (!(percent >= 0 && percent <= 100))
    throw new RangeError(`A percentile must be a number from 0 to 100: current value is ${percent}`);
  const sorted = values.toSorted((left, right) => left - right);
  const place = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return undefined;
  return below + (above - below) * (place % 1);
}
