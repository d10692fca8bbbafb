import type { Clock } from '../../src/core/ports.ts';
import type { Call } from './call.ts';

const DEFAULT_USER = 'system:serviceaccount:default:default';

/** What somebody wants to do. A Call is one, and so are the resourceAttributes of an access review. */
export type Attributes = Pick<Call, 'verb' | 'group' | 'resource' | 'subresource'>;

/** Who may do what at the embedded API: bearer tokens, and an RBAC that allows whatever was not denied. */
export interface Access {
  /**
   * `resource` as `pods`, `pods/eviction` or `targetgroupbindings.elbv2.k8s.aws`; absent `verb`: every verb; absent `user`:
   * whoever asks.
   */
  deny(resource: string, verb?: string, user?: string): void;
  allow(resource: string, verb?: string, user?: string): void;
  /** From now on the token is this user's. All others are the default service account's. */
  identify(token: string, user: string): void;
  /** From `afterMs` on, in simulated ms, the token is nobody's. */
  revokeToken(token: string, afterMs?: number): void;
  isAuthenticated(authorization: string | undefined): boolean;
  userOf(authorization: string | undefined): string;
  /** Absent `user`: somebody of whom nothing is known. */
  isAllowed(user: string | undefined, attributes: Attributes): boolean;
}

interface Rule {
  readonly resource: string;
  readonly verb: string | undefined;
  readonly user: string | undefined;
  readonly allowed: boolean;
}

export function createAccess(clock: Clock, tokens: ReadonlySet<string> | undefined): Access {
  const rules: Rule[] = [];
  const revokedAt = new Map<string, number>();
  const users = new Map<string, string>();
  return {
    deny: (resource, verb, user) => void rules.push({ resource, verb, user, allowed: false }),
    allow: (resource, verb, user) => void rules.push({ resource, verb, user, allowed: true }),
    identify: (token, user) => void users.set(token, user),
    revokeToken: (token, afterMs = 0) => void revokedAt.set(token, clock.now() + afterMs),
    isAuthenticated(authorization) {
      const token = tokenOf(authorization);
      return (tokens?.has(token) ?? true) && clock.now() < (revokedAt.get(token) ?? Number.POSITIVE_INFINITY);
    },
    userOf: (authorization) => users.get(tokenOf(authorization)) ?? DEFAULT_USER,
    isAllowed(user, attributes) {
      const resource = withSubresource(qualified(attributes), attributes);
      const fits = (rule: Rule) =>
        rule.resource === resource &&
        (rule.verb === undefined || rule.verb === attributes.verb) &&
        (rule.user === undefined || rule.user === user);
      return rules.findLast(fits)?.allowed ?? true;
    },
  };
}

function tokenOf(authorization = ''): string {
  return authorization.replace(/^Bearer /i, '');
}

function qualified({ group, resource }: Attributes): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function withSubresource(resource: string, { subresource }: Attributes): string {
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

/** The API server's message where `user` may not do what `call` asks (apiserver: endpoints/handlers/responsewriters/errors.go). */
export function forbidden(call: Call, user: string): string {
  const { group, resource, name, namespace, verb } = call;
  const subject = `${qualified(call)}${name === undefined ? '' : ` "${name}"`}`;
  const asked = withSubresource(resource, call);
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${subject} is forbidden: User "${user}" cannot ${verb} resource "${asked}" in API group "${group}" ${scope}`;
}
