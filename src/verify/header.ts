/** Header fields by name, in lower case; those that were given several times have all their values. */
export type HeaderFields = Readonly<Record<string, readonly string[]>>;

/** HTTP's own, which would break the connection or the rule that it stays or not. */
const OWN = ['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'];

/** Reads all `NAME: VALUE` together. Throws a RangeError with what is wrong, and no value in it. */
export function readHeader(texts: readonly string[]): HeaderFields {
  const fields = texts.map(readField);
  return Object.fromEntries(
    Map.groupBy(fields, ({ name }) => name)
      .entries()
      .map(([name, same]) => [name, same.map(({ value }) => value)]),
  );
}

function readField(text: string): { readonly name: string; readonly value: string } {
  const colon = text.indexOf(':');
  if (colon < 0) throw new RangeError(`--header: a value has no colon. Expected 'NAME: VALUE'.`);
  const name = text.slice(0, colon).trim().toLowerCase();
  const value = text.slice(colon + 1).trim();
  // RFC 9110, 5.1 and 5.5.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new RangeError(`--header: a name has letters that no field name has.`);
  if (!/^[\t -~\u0080-\u00ff]*$/.test(value))
    throw new RangeError(`--header '${name}: ...': the value has letters that no field may carry.`);
  if (OWN.includes(name))
    throw new RangeError(`--header '${name}: ...': that is HTTP's own. See --keep-alive for what stays open.`);
  return { name, value };
}
