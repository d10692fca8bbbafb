/** A map as it comes out of a manifest. */
export type Plain = Readonly<Record<string, unknown>>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a map; an empty one where it is none. */
export function plain(value: unknown): Plain {
  return isPlain(value) ? value : {};
}

/** The maps of a list; none where it is no list. */
export function plainList(value: unknown): readonly Plain[] {
  return Array.isArray(value) ? value.filter(isPlain) : [];
}

/** The value as text; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
