/** Headers as Node gives and takes them raw: name, value, name, value. */
type RawHeaders = readonly string[];

// RFC 9110 section 7.6.1, and what RFC 2616 section 13.5.1 named besides.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);

/**
 * What a proxy passes on of a message. Of `transfer-encoding` only where `keepFraming` says so: the next hop is framed anew
 * in any case, and Node frames an answer by itself but a request only if it is told that there is a body.
 */
export function endToEnd(raw: RawHeaders, { keepFraming }: { readonly keepFraming: boolean }): string[] {
  const dropped = new Set([...HOP_BY_HOP, ...namedByConnection(raw), ...(keepFraming ? [] : ['transfer-encoding'])]);
  return pairs(raw).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}

function namedByConnection(raw: RawHeaders): readonly string[] {
  return pairs(raw)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase());
}

function pairs(raw: RawHeaders): readonly (readonly [name: string, value: string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}
