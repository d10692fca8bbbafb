import type { V1Container } from '@kubernetes/client-node';
import { readCommandLine } from '../../cli.ts';
import type { Json } from '../../core/json.ts';
import { type NamedTargetGroup, parseTargetGroups } from '../../core/target.ts';
import { flagName, SETTINGS } from '../../settings.ts';
import { SIDECAR_NAME } from '../../workload/sidecar.ts';
import type { CredentialSource, SubjectFacts } from '../facts.ts';

type Container = Json<V1Container>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The container of drain-wait: by its name, else by its settings. */
export function sidecarOf({ spec }: SubjectFacts['pod']): Container | undefined {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return all.find(({ name }) => name === SIDECAR_NAME) ?? all.find(isOurs);
}

function isOurs({ env }: Container): boolean {
  return env?.some(({ name }) => name.startsWith('DRAIN_WAIT_')) === true;
}

/** What its spec tells of its environment; what only the cluster knows is there with an empty value. */
export function environmentOf(container: Container | undefined): Environment {
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value ?? '']));
}

/** The target groups that the sidecar was given. A value that is wrong is none: that is a finding of its own. */
export function namedGroups(container: Container | undefined, env: Environment): readonly NamedTargetGroup[] {
  const command = readCommandLine(container?.args ?? []);
  const flag = 'flags' in command ? command.flags.get(flagName(SETTINGS.targetGroups)) : undefined;
  try {
    return parseTargetGroups(flag ?? env[SETTINGS.targetGroups.env] ?? '');
  } catch {
    return [];
  }
}

/** In the order of the AWS SDK: what is first wins. */
export function credentialSource(env: Environment, isThere = isFilled): CredentialSource {
  if (isThere(env, 'AWS_ACCESS_KEY_ID') && isThere(env, 'AWS_SECRET_ACCESS_KEY')) return 'static-keys';
  if (isThere(env, 'AWS_WEB_IDENTITY_TOKEN_FILE')) return 'irsa';
  if (isThere(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI')) return 'pod-identity';
  return 'node-role-or-none';
}

/** In a process an empty variable counts as unset. */
export function isFilled(env: Environment, name: string): boolean {
  return env[name] !== undefined && env[name] !== '';
}

export function filled(env: Environment, name: string): string | undefined {
  return isFilled(env, name) ? env[name] : undefined;
}

/** In a spec a variable without a value comes from a Secret. */
export function isNamed(env: Environment, name: string): boolean {
  return env[name] !== undefined;
}
