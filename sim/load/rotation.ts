/**
 * Gives each of the names its share of the turns, spread as evenly as can be and always in the same order (smooth
 * weighted round robin, as nginx does it).
 */
export function rotation<Name extends string>(shares: Readonly<Record<Name, number>>): () => Name {
  const names = Object.keys(shares) as Name[];
  const total = names.reduce((sum, name) => sum + shares[name], 0);
  if (!(total > 0 && names.every((name) => shares[name] >= 0)))
    throw new RangeError(`Shares must be 0 or more, and one of them more: current value is ${JSON.stringify(shares)}`);
  const credit = new Map(names.map((name) => [name, 0]));
  const creditOf = (name: Name) => credit.get(name) ?? 0;
  return () => {
    for (const name of names) credit.set(name, creditOf(name) + shares[name]);
    const first = names.reduce((best, name) => (creditOf(name) > creditOf(best) ? name : best));
    credit.set(first, creditOf(first) - total);
    return first;
  };
}
