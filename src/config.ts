import { SAFETY_MS } from './core/deadline.ts';
import type { HoldPolicy } from './core/policy.ts';
import type { PodRef } from './core/ports.ts';
import { isKnownRegion } from './regions.ts';
import { flagName, parseValue, SETTINGS, type SettingValues } from './settings.ts';

/** Everything that the process is told from outside. */
export interface Config {
  readonly port: number;
  readonly sidecar: SettingValues['sidecar'];
  readonly logLevel: SettingValues['logLevel'];
  /** Whether holds leave Kubernetes Events on their pods. */
  readonly events: boolean;
  /** Whether holds leave CloudWatch metrics in the log. */
  readonly emf: boolean;
  /** Whether there are Prometheus metrics at `/metrics`. */
  readonly metrics: boolean;
  readonly pod: PodRef;
  /** Addresses of the kubelet; undefined where they are not known. */
  readonly nodeIps: readonly string[] | undefined;
  /** The folder of the token and the CA with which the pod's own API server is read. */
  readonly serviceAccountDir: string;
  readonly policy: HoldPolicy;
  /** `AWS_REGION`, for target groups that are given by name. An ARN tells its own. */
  readonly region: string | undefined;
}

/** A value from outside, and where it was given. */
interface Given {
  readonly source: string;
  readonly value: string;
}

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment and the flags (name without dashes → value; a flag wins). Empty means unset.
 * Reports every problem at once: what was given, and what would be right.
 */
export function readConfig(env: Environment, flags: ReadonlyMap<string, string>): ConfigResult {
  const problems: string[] = [...unknownVariables(env), ...unknownFlags(flags)];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const given = givenFor(setting, env, flags);
    const value = given?.value ?? setting.fallback;
    try {
      values[name] =
        value === undefined ? undefined : parseValue<unknown>(given?.source ?? setting.env, value, setting);
    } catch (error) {
      problems.push((error as RangeError).message);
    }
  }
  const region = env['AWS_REGION'] === '' ? undefined : env['AWS_REGION'];
  problems.push(...missing(values), ...standardVariables(env, region), ...disagreements(values));
  if (problems.length > 0) return { kind: 'problems', problems };
  // Every setting has been parsed by its own row of the table.
  const settings = values as SettingValues;
  return { kind: 'config', config: toConfig(settings, region) };
}

function toConfig(settings: SettingValues, region: string | undefined): Config {
  return {
    port: settings.port,
    sidecar: settings.sidecar,
    logLevel: settings.logLevel,
    events: settings.events,
    emf: settings.emf,
    metrics: settings.metrics,
    region,
    nodeIps: settings.nodeIps,
    serviceAccountDir: settings.serviceAccountDir,
    pod: {
      namespace: settings.podNamespace ?? '',
      name: settings.podName ?? '',
      uid: settings.podUid,
      ips: settings.podIps ?? [],
    },
    policy: {
      until: settings.until,
      settleMs: { alb: settings.settleAlb, nlb: settings.settleNlb },
      minHoldMs: settings.minHold,
      reserveMs: settings.reserve,
      gracePeriodMs: settings.gracePeriod,
      fallbackHoldMs: settings.fallbackHold,
      onRestart: settings.onRestart,
      targetGroups: settings.targetGroups ?? [],
      apiRate: settings.apiRate,
      observe: settings.mode === 'observe',
      disabled: settings.disabled,
    },
  };
}

function givenFor(
  setting: { readonly env: string },
  env: Environment,
  flags: ReadonlyMap<string, string>,
): Given | undefined {
  const flag = flags.get(flagName(setting));
  if (flag !== undefined && flag !== '') return { source: `--${flagName(setting)}`, value: flag };
  const value = env[setting.env];
  if (value === undefined || value === '' || isServiceLink(setting.env, value)) return undefined;
  return { source: setting.env, value };
}

function missing(values: Readonly<Record<string, unknown>>): readonly string[] {
  const required = [
    ['podName', 'metadata.name'],
    ['podNamespace', 'metadata.namespace'],
  ] as const;
  return required
    .filter(([name]) => values[name] === undefined)
    .map(
      ([name, path]) =>
        `${SETTINGS[name].env} is not set. Give it to the container by the downward API: valueFrom.fieldRef.fieldPath ${path}.`,
    );
}

function standardVariables(env: Environment, region: string | undefined): readonly string[] {
  const problems: string[] = [];
  if (region !== undefined && !isKnownRegion(region)) {
    problems.push(`AWS_REGION='${region}': not an AWS Region. Expected a code such as eu-west-1.`);
  }
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2', 'AWS_ENDPOINT_URL_STS']) {
    const value = env[name];
    if (value !== undefined && value !== '' && !/^https?:\/\//.test(value)) {
      problems.push(`${name}='${value}': not a URL. Expected one that begins with https:// or http://.`);
    }
  }
  return problems;
}

function disagreements({ reserve, gracePeriod }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof reserve !== 'number' || typeof gracePeriod !== 'number') return [];
  if (reserve + SAFETY_MS < gracePeriod) return [];
  return [
    `${SETTINGS.reserve.env} and ${SETTINGS.gracePeriod.env}: a reserve of ${reserve / 1_000}s and ${SAFETY_MS / 1_000}s of safety leave nothing of a grace period of ` +
      `${gracePeriod / 1_000}s, so a hold would end at once while the pod cannot be read. Expected ${SETTINGS.gracePeriod.env} to be the pod's terminationGracePeriodSeconds, and a shorter reserve.`,
  ];
}

function unknownVariables(env: Environment): readonly string[] {
  const known: readonly string[] = Object.values(SETTINGS).map((setting) => setting.env);
  return Object.entries(env)
    .filter(
      ([name, value]) => name.startsWith('DRAIN_WAIT_') && !known.includes(name) && !isServiceLink(name, value ?? ''),
    )
    .map(([name, value]) => `${name}='${value}': no such setting.${didYouMean(name, known)}`);
}

function unknownFlags(flags: ReadonlyMap<string, string>): readonly string[] {
  const known = Object.values(SETTINGS).map(flagName);
  return [...flags]
    .filter(([name]) => !known.includes(name))
    .map(([name, value]) => `--${name}='${value}': no such flag.${didYouMean(name, known)}`);
}

/** A Service called drain-wait gives every pod of its namespace variables of this prefix (kubelet: envvars.go). */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT)(_|$)/.test(name) ||
    /_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

/** More than these are no slip of the finger. */
const MOST_TYPOS = 4;

function didYouMean(name: string, known: readonly string[]): string {
  const [best] = known
    // A name may be of any length, and to compare takes as long.
    .filter((candidate) => Math.abs(candidate.length - name.length) <= MOST_TYPOS)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= MOST_TYPOS
    ? ` Did you mean ${best.candidate}?`
    : ' See --help for the list.';
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
