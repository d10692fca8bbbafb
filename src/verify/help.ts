import { FLAG_LIST } from './flags.ts';

export function verifyHelp(): string {
  return `drain-wait verify: sends steady requests while you roll out, and says which of them failed, how, and when.

Usage: drain-wait verify --url https://shop.example/healthz [flags]

A request is sent when it is due, whether those before it have been answered or not. A failure is whatever is no whole answer, and an
answer with a status that is not expected. Redirects are not followed. It ends by itself; Ctrl-C ends it early, with all that has been
seen, and a second one at once.

${FLAG_LIST.map(describeFlag).join('\n')}

Exit codes: 0 no request failed, 1 some did, 2 a wrong command line; then nothing was sent. More: docs/verify.md.
`;
}

function describeFlag({ name, value, fallback, about, short }: (typeof FLAG_LIST)[number]): string {
  const given = value === undefined ? '' : ` ${value}`;
  const shown = `${short === undefined ? '' : `-${short}, `}--${name}${given}`;
  return `  ${shown}${fallback === undefined ? '' : `  (${fallback})`}\n      ${about}`;
}
