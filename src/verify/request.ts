import { type GivenFlags, isOn, lastValue, readGivenFlags } from '../given-flags.ts';
import { oneOf, parseValue } from '../settings.ts';
import { type Expectation, readExpectation } from './expectation.ts';
import { FLAG_OPTIONS, FLAGS, type FlagName } from './flags.ts';
import { type HeaderFields, readHeader } from './header.ts';
import { readUrl } from './url.ts';
import {
  type ConnectTo,
  connectTo,
  durationWithin,
  METHODS,
  namespace,
  type ReportFile,
  rate,
  reportFile,
} from './values.ts';

/** What is sent, how often, and what is shown of it. */
export interface VerifyRequest {
  readonly url: URL;
  readonly method: (typeof METHODS)[number];
  readonly header: HeaderFields;
  readonly expected: Expectation;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly keepAlive: boolean;
  /** Undefined: where the URL leads. */
  readonly connectTo: ConnectTo | undefined;
  readonly insecure: boolean;
  /** Undefined: no holds are looked for. */
  readonly namespace: string | undefined;
  /** Undefined: none. */
  readonly report: ReportFile | undefined;
  readonly json: boolean;
}

/** What the command line of verify asks for. */
export type GivenRequest =
  | { readonly kind: 'help' }
  /** `report` as far as it could be read, so that its folder can be looked at all the same. */
  | { readonly kind: 'misuse'; readonly problems: readonly string[]; readonly report: ReportFile | undefined }
  | { readonly kind: 'verify'; readonly request: VerifyRequest };

/** Reads the arguments after `verify`, and reports every problem at once. */
export function readRequest(args: readonly string[]): GivenRequest {
  const flags = readGivenFlags(args, FLAG_OPTIONS, 'drain-wait verify');
  if (isOn(flags, 'help')) return { kind: 'help' };
  const problems = [...flags.problems, ...flags.positionals.map((text) => `'${text}': there is nothing but flags.`)];
  const request = readValues(flags, problems);
  if (problems.length > 0) return { kind: 'misuse', problems, report: request.report };
  // A required value that is missing is a problem.
  return { kind: 'verify', request: request as VerifyRequest };
}

type Incomplete = { readonly [Field in keyof VerifyRequest]: VerifyRequest[Field] | undefined };

/** What has a problem is undefined. */
function readValues(flags: GivenFlags, problems: string[]): Incomplete {
  function tried<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
  const value = <T>(name: FlagName, expects: string, parse: (text: string) => T): T | undefined => {
    const text = lastValue(flags, name) ?? fallbackOf(name);
    return text === undefined ? undefined : tried(() => parseValue(`--${name}`, text, { expects, parse }));
  };
  return {
    url: tried(() => readUrl(required(flags, 'url'))),
    method: value('method', METHODS.join(', '), oneOf(...METHODS)),
    header: tried(() => readHeader(flags.values.get('header') ?? [])),
    expected: value('expect', 'statuses such as 200,204 or 2xx', readExpectation),
    ratePerSecond: value('rate', 'a number from 0.1 to 200', rate),
    durationMs: value('duration', 'a duration from 1s to 1h', durationWithin('1s', '1h')),
    timeoutMs: value('timeout', 'a duration from 100ms to 60s', durationWithin('100ms', '60s')),
    keepAlive: isOn(flags, 'keep-alive'),
    connectTo: value('connect-to', 'HOST:PORT, such as 10.1.0.7:443', connectTo),
    insecure: isOn(flags, 'insecure'),
    namespace: value('namespace', 'the name of a namespace', namespace),
    report: value('report', 'a file that ends in .html or .svg', reportFile),
    json: isOn(flags, 'json'),
  };
}

function required(flags: GivenFlags, name: 'url'): string {
  const text = lastValue(flags, name);
  if (text === undefined) throw new RangeError(`--${name}: missing. Give it as --${name}=${FLAGS[name].value}.`);
  return text;
}

function fallbackOf(name: FlagName): string | undefined {
  const flag = FLAGS[name];
  return 'fallback' in flag ? flag.fallback : undefined;
}
