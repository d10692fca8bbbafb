import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { parseTargetGroups } from './core/target.ts';

/**
 * One setting: an environment variable and a flag of the same name. `parse` throws a RangeError with what is wrong.
 * The table below makes the parser, `--help` and docs/configuration.md.
 */
interface Setting<T> {
  readonly env: `DRAIN_WAIT_${string}`;
  /** As a user would write it; undefined where the setting is empty unless given. */
  readonly fallback: string | undefined;
  /** What a value looks like, for error messages and the documentation. */
  readonly expects: string;
  readonly about: string;
  readonly parse: (text: string) => T;
}

export const SETTINGS = {
  port: {
    env: 'DRAIN_WAIT_PORT',
    fallback: '9787',
    expects: 'a port from 0 to 65535; 0 takes a free one',
    about:
      'Port of the hook, the probes and the status. It listens on all interfaces, because the kubelet calls the pod IP.',
    parse: port,
  },
  until: {
    env: 'DRAIN_WAIT_UNTIL',
    fallback: 'draining',
    expects: 'draining or gone',
    about:
      'When a target has been let go: `draining` waits for the deregistration and then the settle time, `gone` until the target group no longer has the target.',
    parse: oneOf('draining', 'gone'),
  },
  settleAlb: {
    env: 'DRAIN_WAIT_SETTLE_ALB',
    fallback: '20s',
    expects: 'a duration such as 20s',
    about: 'How long an ALB may still send requests after a target was first seen deregistering.',
    parse: duration,
  },
  settleNlb: {
    env: 'DRAIN_WAIT_SETTLE_NLB',
    fallback: '120s',
    expects: 'a duration such as 120s',
    about: 'The same for an NLB. It covers target groups of unknown kind, too, where it is the longer one.',
    parse: duration,
  },
  minHold: {
    env: 'DRAIN_WAIT_MIN_HOLD',
    fallback: '5s',
    expects: 'a duration such as 5s',
    about:
      'The shortest hold of a pod that is being deleted: kube-proxy, CoreDNS and other callers inside the cluster need time as well.',
    parse: duration,
  },
  reserve: {
    env: 'DRAIN_WAIT_RESERVE',
    fallback: '10s',
    expects: 'a duration such as 10s',
    about: 'Part of the grace period that is kept for the application after SIGTERM.',
    parse: duration,
  },
  gracePeriod: {
    env: 'DRAIN_WAIT_GRACE_PERIOD',
    fallback: '30s',
    expects: 'a duration such as 30s',
    about: "The pod's grace period, used only while the own pod has never been read.",
    parse: duration,
  },
  fallbackHold: {
    env: 'DRAIN_WAIT_FALLBACK_HOLD',
    fallback: '35s',
    expects: 'a duration such as 35s',
    about: 'How long to hold by the clock when nothing can be observed.',
    parse: duration,
  },
  onRestart: {
    env: 'DRAIN_WAIT_ON_RESTART',
    fallback: 'release',
    expects: 'release or hold',
    about:
      'What to do when the hook is called while the pod is not being deleted, because a container is restarted or the kubelet evicts the pod.',
    parse: oneOf('release', 'hold'),
  },
  sidecar: {
    env: 'DRAIN_WAIT_SIDECAR',
    fallback: 'auto',
    expects: 'auto, native or classic',
    about:
      'How the sidecar runs: `native` (init container with restartPolicy Always), `classic` (ordinary container), or as the pod spec says.',
    parse: oneOf('auto', 'native', 'classic'),
  },
  targetGroups: {
    env: 'DRAIN_WAIT_TARGET_GROUPS',
    fallback: undefined,
    expects: 'target group ARNs, comma-separated, each with or without =port',
    about:
      'Target groups of the pod, as `arn=port` or `arn` (any port of the pod IP), comma-separated. Needs no Kubernetes permission. Empty: found in the cluster.',
    parse: parseTargetGroups,
  },
  podName: {
    env: 'DRAIN_WAIT_POD_NAME',
    fallback: undefined,
    expects: 'the name of the pod',
    about: 'Downward API `metadata.name`. Required.',
    parse: text,
  },
  podNamespace: {
    env: 'DRAIN_WAIT_POD_NAMESPACE',
    fallback: undefined,
    expects: 'the namespace of the pod',
    about: 'Downward API `metadata.namespace`. Required.',
    parse: text,
  },
  podUid: {
    env: 'DRAIN_WAIT_POD_UID',
    fallback: undefined,
    expects: 'the UID of the pod',
    about: 'Downward API `metadata.uid`. Tells the pod from a later one with the same name.',
    parse: text,
  },
  podIps: {
    env: 'DRAIN_WAIT_POD_IPS',
    fallback: undefined,
    expects: 'IP addresses, comma-separated',
    about: 'Downward API `status.podIPs`. Empty: read from the pod.',
    parse: addresses,
  },
  nodeIps: {
    env: 'DRAIN_WAIT_NODE_IPS',
    fallback: undefined,
    expects: 'IP addresses, comma-separated',
    about:
      'Addresses from which the kubelet calls the hook: downward API `status.hostIPs` where the network plugin uses the address of the node, as the VPC CNI does. As long as nothing tells whether the pod is being deleted, ELBv2 is asked only for a call from one of them or from within the pod, and their connections are never closed for others. Empty: every call may be that of the kubelet.',
    parse: addresses,
  },
  serviceAccountDir: {
    env: 'DRAIN_WAIT_SERVICE_ACCOUNT_DIR',
    fallback: '/var/run/secrets/kubernetes.io/serviceaccount',
    expects: 'an absolute path',
    about:
      'Folder of the service account token (`token`) and the CA of the API server (`ca.crt`), for a projected volume that is mounted elsewhere. The image may read below `/var/run/secrets` only.',
    parse: absolutePath,
  },
  apiRate: {
    env: 'DRAIN_WAIT_API_RATE',
    fallback: '5',
    expects: 'a number of calls a second, greater than 0 and at most 50',
    about:
      'Calls a second that all terminating pods of the namespace may make to ELBv2 together. More of them than that take turns. The account has 10 or 50, and the controller shares them.',
    parse: rate,
  },
  mode: {
    env: 'DRAIN_WAIT_MODE',
    fallback: 'hold',
    expects: 'hold or observe',
    about:
      'With `observe` every hook is answered at once, and the hold goes on without anybody waiting for it, as long as the process lives: it reports what it would have been. For trying it on production.',
    parse: oneOf('hold', 'observe'),
  },
  disabled: {
    env: 'DRAIN_WAIT_DISABLED',
    fallback: undefined,
    expects: 'a reason',
    about: 'A reason for which every hook is answered at once. Empty: not disabled.',
    parse: text,
  },
  events: {
    env: 'DRAIN_WAIT_EVENTS',
    fallback: 'true',
    expects: 'true or false',
    about:
      'Kubernetes Events on the pod: at the start of a hold, at its release, and at start-up where holds would not work. Needs `create` on `events` of `events.k8s.io`.',
    parse: truth,
  },
  emf: {
    env: 'DRAIN_WAIT_EMF',
    fallback: 'false',
    expects: 'true or false',
    about:
      'One more line in the log for each hold that has ended, in the embedded metric format, of which CloudWatch makes metrics. It is printed whatever the log level is.',
    parse: truth,
  },
  metrics: {
    env: 'DRAIN_WAIT_METRICS',
    fallback: 'false',
    expects: 'true or false',
    about:
      'Prometheus metrics at `/metrics`, on the port of the hook. The library that makes them is loaded only then.',
    parse: truth,
  },
  logLevel: {
    env: 'DRAIN_WAIT_LOG_LEVEL',
    fallback: 'info',
    expects: 'debug, info, warn or error',
    about: 'The least severe log line that is written.',
    parse: oneOf('debug', 'info', 'warn', 'error'),
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The value that each setting is parsed to; undefined where a setting without default is not given. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | ReturnType<(typeof SETTINGS)[Name]['parse']>
    | (undefined extends (typeof SETTINGS)[Name]['fallback'] ? undefined : never);
};

/** Parses a value. `source` is where it was given. Throws a RangeError that says what is wrong with it and what would be right. */
export function parseValue<T>(
  source: string,
  value: string,
  { expects, parse }: { readonly expects: string; readonly parse: (text: string) => T },
): T {
  try {
    return parse(value);
  } catch (error) {
    const why = error instanceof RangeError ? error.message : String(error);
    throw new RangeError(`${source}='${value}': ${why}. Expected ${expects}.`, { cause: error });
  }
}

/** `DRAIN_WAIT_SETTLE_ALB` → `settle-alb`. */
export function flagName({ env }: { readonly env: string }): string {
  return env.slice('DRAIN_WAIT_'.length).toLowerCase().replaceAll('_', '-');
}

/** Whether its flag takes no value: `--metrics`, `--no-metrics`. */
export function isSwitch({ parse }: { readonly parse: unknown }): boolean {
  return parse === truth;
}

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_DURATION_MS = 24 * 3_600_000;

/** `20s`, `1m30s`, `500ms` → ms. */
export function duration(value: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) {
    throw new RangeError(
      /^\d+(\.\d+)?$/.test(value) ? `a duration needs a unit: ${value}s or ${value}ms` : 'not a duration',
    );
  }
  const ms = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (DURATION_UNITS_MS[unit] ?? Number.NaN),
    0,
  );
  if (ms > LONGEST_DURATION_MS) throw new RangeError('longer than 24h');
  return ms;
}

function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new RangeError('not a port');
  return Number(value);
}

function rate(value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number > 0 && number <= 50)) throw new RangeError('out of range');
  return number;
}

function truth(value: string): boolean {
  return oneOf('true', 'false')(value) === 'true';
}

function text(value: string): string {
  return value;
}

function absolutePath(value: string): string {
  if (!isAbsolute(value)) throw new RangeError('not an absolute path');
  return value;
}

function addresses(value: string): readonly string[] {
  const ips = value.split(',').map((ip) => ip.trim());
  const wrong = ips.find((ip) => isIP(ip) === 0);
  if (wrong !== undefined) throw new RangeError(`'${wrong}' is not an IP address`);
  return ips;
}

/** Takes one of these as it is. */
export function oneOf<const Choices extends readonly string[]>(
  ...choices: Choices
): (value: string) => Choices[number] {
  return (value) => {
    const choice = choices.find((each) => each === value);
    if (choice === undefined) throw new RangeError('not one of these');
    return choice;
  };
}
