import type { FlagOptions } from '../given-flags.ts';

/** A flag of verify, for the parser, `--help` and docs/verify.md. */
interface Flag {
  /** What stands for its value; absent where it takes none. */
  readonly value?: string;
  /** As a user would write it. Absent: none. */
  readonly fallback?: string;
  readonly about: string;
  readonly short?: string;
}

export const FLAGS = {
  url: {
    value: 'URL',
    about: 'where the requests go: http or https, as a client of the load balancer would ask. Required',
  },
  rate: { value: 'N', fallback: '10', about: 'requests a second, from 0.1 to 200' },
  duration: { value: 'DURATION', fallback: '5m', about: 'how long to send, from 1s to 1h' },
  timeout: {
    value: 'DURATION',
    fallback: '15s',
    about:
      'how long a request may take until its answer has been read, from 100ms to 60s. An ALB needs 10 s to answer 504 for a target that is gone',
  },
  namespace: {
    value: 'NAME',
    short: 'n',
    about: 'shows the holds of this namespace on the same time axis, from the Events that the sidecars write',
  },
  report: { value: 'FILE', about: 'writes a report as well: .html or .svg' },
  json: { about: 'prints one JSON document instead of text' },
  method: {
    value: 'METHOD',
    fallback: 'GET',
    about: 'GET, HEAD or OPTIONS: verify repeats it thousands of times, so it must not change anything',
  },
  header: {
    value: "'NAME: VALUE'",
    about: 'one more header field; may be given several times. Values are never shown',
  },
  expect: {
    value: 'LIST',
    fallback: '1xx-4xx',
    about: 'the statuses that are no failure, such as 200,204 or 2xx,304',
  },
  'keep-alive': { about: 'over four connections that stay open, instead of a new one for each request' },
  'connect-to': {
    value: 'HOST:PORT',
    about:
      'connects there; Host, certificate and SNI stay those of the URL. For a load balancer before its DNS name is moved',
  },
  insecure: { about: 'takes any certificate' },
  help: { about: 'this text', short: 'h' },
} as const satisfies Readonly<Record<string, Flag>>;

export type FlagName = keyof typeof FLAGS;

/** In the order of the table. */
export const FLAG_LIST: readonly (Flag & { readonly name: string })[] = Object.entries(FLAGS).map(([name, flag]) => ({
  name,
  ...flag,
}));

export const FLAG_OPTIONS: FlagOptions = Object.fromEntries(
  FLAG_LIST.map(({ name, value, short }) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) } as const,
  ]),
);
