/** Reads the URL to send to. Throws a RangeError with what is wrong, and no secret in it. */
export function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem = url === undefined ? 'not a URL' : problemOf(url);
  if (url !== undefined && problem === undefined) return url;
  throw new RangeError(
    `--url='${withoutSecrets(text)}': ${problem}. Expected an http or https URL such as https://shop.example/healthz.`,
  );
}

function problemOf({ protocol, username, password }: URL): string | undefined {
  if (protocol !== 'http:' && protocol !== 'https:') return `unknown scheme ${protocol.slice(0, -1)}`;
  if (username !== '' || password !== '')
    return "it carries a user or a password; give those as --header 'Authorization: ...'";
  return undefined;
}

/** As it may stand in a report: without the values of its query, which may be credentials. */
export function shownUrl(url: URL): string {
  const names = [...new Set(url.searchParams.keys())].map((name) => `${encodeURIComponent(name)}=...`);
  return `${url.origin}${url.pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}

/** For a text that need not be a URL. */
function withoutSecrets(text: string): string {
  const plain = text.replace(/[?#].*$/s, '');
  if (!plain.includes('@')) return plain;
  const [scheme = ''] = /^[a-z]+:\/\//i.exec(plain) ?? [];
  return `${scheme}...${plain.slice(plain.lastIndexOf('@'))}`;
}
