import { parseArgs } from 'node:util';
import { duration } from '../../src/settings.ts';

/** What can be started: one API alone, or everything together with controller and kubelet. */
export type What = 'kubernetes' | 'elbv2' | 'cluster';

interface Flag<T> {
  /** What it applies to. */
  readonly to: readonly What[];
  /** As a user would write it. A switch (`false`) takes no value. */
  readonly fallback: string | false;
  readonly expects: string;
  readonly about: string;
  /** Throws a RangeError with what is wrong. */
  readonly parse: (text: string) => T;
}

const EVERY = ['kubernetes', 'elbv2', 'cluster'] as const;
const PORT = { fallback: '0', expects: 'a port from 0 to 65535; 0 takes a free one', parse: port } as const;

export const FLAGS = {
  port: { ...PORT, to: ['kubernetes', 'elbv2'], about: 'Port of the API that is started alone' },
  'kubernetes-port': { ...PORT, to: ['cluster'], about: 'Port of the Kubernetes API' },
  'elbv2-port': { ...PORT, to: ['cluster'], about: 'Port of the AWS API (ELBv2 and STS)' },
  'control-port': { ...PORT, to: EVERY, about: 'Port of the control API' },
  speed: {
    to: EVERY,
    fallback: '1',
    expects: 'a number greater than 0 and at most 1000',
    about: 'How many times as fast as the real clock everything goes',
    parse: speed,
  },
  lag: {
    to: ['cluster'],
    fallback: '3s',
    expects: 'a duration such as 3s, in simulated time',
    about: "From a pod's end until the controller hears of it",
    parse: duration,
  },
  bucket: {
    to: ['elbv2', 'cluster'],
    fallback: '40:10',
    expects: 'size:refill such as 40:10, both greater than 0',
    about: 'Tokens of the account for Describe* calls, and how many come back each second',
    parse: bucket,
  },
  json: {
    to: EVERY,
    fallback: false,
    expects: 'no value',
    about: 'One JSON object a line: first where everything is, then each moment of the timeline',
    parse: (text: string) => text === 'true',
  },
} as const satisfies Record<string, Flag<unknown>>;

/** The value of each flag, as given or by default. */
export type Settings = { readonly [Name in keyof typeof FLAGS]: ReturnType<(typeof FLAGS)[Name]['parse']> };

export type Invocation =
  | { readonly kind: 'start'; readonly what: What; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'misuse'; readonly problems: readonly string[] };

/** Reads the arguments after the program's name, and reports everything that is wrong with them at once. */
export function readArguments(args: readonly string[]): Invocation {
  const options = Object.fromEntries(
    Object.entries<Flag<unknown>>(FLAGS).map(([name, { fallback }]) => [
      name,
      { type: fallback === false ? 'boolean' : 'string' } as const,
    ]),
  );
  // Not strict: it would end at the first problem.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Map<string, string | undefined>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind === 'option') given.set(token.name, token.value);
  }
  if (given.has('help') || given.has('h') || words[0] === 'help') return { kind: 'help' };

  const [word = 'cluster', ...tooMany] = words;
  const what = EVERY.find((each) => each === word);
  const problems = [
    ...(what === undefined ? [`'${word}': there is no such thing to start. Expected ${EVERY.join(', ')}.`] : []),
    ...tooMany.map((extra) => `'${extra}': one too many. Expected only one of ${EVERY.join(', ')}.`),
    ...[...given.keys()].filter((name) => !Object.hasOwn(FLAGS, name)).map(unknownFlag),
  ];
  const settings = readFlags(what, given, problems);
  if (problems.length > 0 || what === undefined) return { kind: 'misuse', problems };
  // Every flag has been parsed by its own row of the table.
  return { kind: 'start', what, settings: settings as Settings };
}

function readFlags(
  what: What | undefined,
  given: ReadonlyMap<string, string | undefined>,
  problems: string[],
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries<Flag<unknown>>(FLAGS)) {
    const isGiven = given.has(name);
    const text = isGiven ? (given.get(name) ?? '') : flag.fallback;
    if (isGiven && what !== undefined && !flag.to.includes(what)) {
      problems.push(`--${name} means nothing for '${what}'. Expected it only with ${flag.to.join(' or ')}.`);
    }
    try {
      values[name] = flag.fallback === false ? isGiven : flag.parse(String(text));
    } catch (error) {
      const why = error instanceof RangeError ? error.message : String(error);
      problems.push(`--${name} '${text}': ${why}. Expected ${flag.expects}.`);
    }
  }
  return values;
}

function unknownFlag(name: string): string {
  const flags = Object.keys(FLAGS).map((known) => `--${known}`);
  return `${name.length === 1 ? '-' : '--'}${name}: there is no such flag. Expected ${flags.join(', ')} or --help.`;
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new RangeError('not a port');
  return Number(text);
}

function speed(text: string): number {
  const value = positive(text);
  if (value > 1_000) throw new RangeError('too fast');
  return value;
}

function bucket(text: string): { readonly size: number; readonly refillPerSecond: number } {
  const [size = '', refill = '', ...rest] = text.split(':');
  if (rest.length > 0) throw new RangeError('more than two numbers');
  return { size: positive(size), refillPerSecond: positive(refill) };
}

function positive(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0)) throw new RangeError(`'${text}' is not a number greater than 0`);
  return value;
}
