import { parseArgs } from 'node:util';
import { durationOf, oneOf } from '../workload/flag-values.ts';
import { DEFAULT_LAG } from '../workload/grace.ts';

const FAIL_ON = ['problem', 'warning'] as const;

/** What can be looked at from outside, and how kubectl abbreviates it. */
const KINDS = {
  pod: ['pod', 'pods', 'po'],
  deployment: ['deployment', 'deployments', 'deploy'],
  statefulset: ['statefulset', 'statefulsets', 'sts'],
  daemonset: ['daemonset', 'daemonsets', 'ds'],
} as const;

export interface Target {
  readonly kind: keyof typeof KINDS;
  readonly name: string;
}

/** What the command line of doctor asks for. */
export interface Arguments {
  /** Absent: the own pod inside of one, else every workload of the namespace. */
  readonly target: Target | undefined;
  /** Absent: that of the own pod, or of the kubeconfig. */
  readonly namespace: string | undefined;
  readonly json: boolean;
  /** The least level that makes it fail. */
  readonly failOn: (typeof FAIL_ON)[number];
  /** What the controller may take to deregister a deleted pod, in ms. */
  readonly lagMs: number;
  /** Whether a terminal may get colours: not where NO_COLOR is set. */
  readonly color: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  lag: { type: 'string' },
  'fail-on': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws an Error with everything that is wrong. */
export function readArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Arguments {
  const problems: string[] = [];
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') problems.push(...flagProblems(token));
  const tried = <T>(read: () => T): T | undefined => attempt(read, problems);
  const lagMs = tried(() => durationOf('lag', textOf(values.lag) ?? DEFAULT_LAG));
  const failOn = tried(() => oneOf('fail-on', FAIL_ON, textOf(values['fail-on']) ?? 'problem'));
  const namespace = tried(() => namespaceOf(textOf(values.namespace)));
  const target = tried(() => targetOf(positionals));
  if (problems.length > 0 || lagMs === undefined || failOn === undefined) throw new RangeError(problems.join('\n'));
  return {
    target,
    namespace,
    json: values.json === true,
    failOn,
    lagMs,
    color: (env['NO_COLOR'] ?? '') === '',
    help: values.help === true,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function attempt<T>(read: () => T, problems: string[]): T | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function flagProblems({ name, rawName, value }: { name: string; rawName: string; value?: string | undefined }) {
  if (!Object.hasOwn(OPTIONS, name)) return [`${rawName}: no such flag.`];
  const { type } = OPTIONS[name as keyof typeof OPTIONS];
  if (type === 'string' && value === undefined) return [`${rawName} needs a value.`];
  return type === 'boolean' && value !== undefined ? [`${rawName} takes no value: current value is '${value}'.`] : [];
}

/** Names go into the paths of requests, so only what can be one gets through. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function namespaceOf(text: string | undefined): string | undefined {
  if (text !== undefined && !NAMESPACE.test(text)) {
    throw new RangeError(`--namespace='${text}': no name of a namespace. Expected small letters, digits and dashes.`);
  }
  return text;
}

/** `pod/web-1` or `pod web-1`. */
function targetOf(positionals: readonly string[]): Target | undefined {
  const [first, second, ...rest] = positionals;
  if (first === undefined) return undefined;
  const text = positionals.join(' ');
  const [word = '', name, ...more] = second === undefined ? first.split('/') : [first, second];
  const kind = (Object.keys(KINDS) as Target['kind'][]).find((each) =>
    (KINDS[each] as readonly string[]).includes(word.toLowerCase()),
  );
  if (kind === undefined || name === undefined || rest.length > 0 || more.length > 0 || !NAME.test(name)) {
    throw new RangeError(
      `'${text}': not something to look at. Expected pod/NAME, deployment/NAME, statefulset/NAME or daemonset/NAME.`,
    );
  }
  return { kind, name };
}
