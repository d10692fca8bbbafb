/**
 * Reads the parts of an object whose shape nobody has checked. What is missing or null is absent, as in the API; what is there and of
 * another type throws a RangeError that names the field: to guess what it means could end a hold early.
 */

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none where it is absent. */
export function fieldsOf(value: unknown, name: string): Fields {
  if (isAbsent(value)) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  throw wrong(name, 'object', value);
}

/** The items of a list; none where it is absent. */
export function itemsOf(value: unknown, name: string): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) return value;
  throw wrong(name, 'list', value);
}

/** A list of objects. */
export function objectsOf(value: unknown, name: string): readonly Fields[] {
  return itemsOf(value, name).map((item) => {
    if (isAbsent(item)) throw wrong(name, 'list of objects', item);
    return fieldsOf(item, name);
  });
}

export function textOf(value: unknown, name: string): string | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(name, 'text', value);
}

/** JSON has larger ones than Kubernetes, which is where `1e999` is Infinity. */
export function wholeNumberOf(value: unknown, name: string): number | undefined {
  if (isAbsent(value)) return undefined;
  if (Number.isSafeInteger(value)) return value as number;
  throw wrong(name, 'whole number', value);
}

/** For what the object is nothing without. */
export function required<T>(value: T, name: string): NonNullable<T> {
  if (value === undefined || value === null) throw new RangeError(`there is no ${name}`);
  return value;
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Without the value: it may be of any length. */
function wrong(name: string, expected: string, value: unknown): RangeError {
  const is = value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
  return new RangeError(`${name} is no ${expected}: it is ${is}`);
}
