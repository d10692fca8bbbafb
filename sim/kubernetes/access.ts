import type { Clock } from '../../src/core/ports.ts';
import type { Call } from './call.ts';

const USER = 'system:serviceaccount:default:default';

/** Who may do what at the embedded API: bearer tokens, and an RBAC that allows whatever was not denied. */
export interface Access {
  /** `resource` as `pods`, `pods/eviction` or `targetgroupbindings.elbv2.k8s.aws`; absent `verb`: every verb. */
  deny(resource: string, verb?: string): void;
  allow(resource: string, verb?: string): void;
  /** From `afterMs` on, in simulated ms, the token is nobody's. */
  revokeToken(token: string, afterMs?: number): void;
  isAuthenticated(authorization: string | undefined): boolean;
  /** The API server's message where `call` is forbidden, else undefined. */
  refusal(call: Call): string | undefined;
}

export function createAccess(clock: Clock, tokens: ReadonlySet<string> | undefined): Access {
  const rules: { readonly resource: string; readonly verb: string | undefined; readonly allowed: boolean }[] = [];
  const revokedAt = new Map<string, number>();
  return {
    deny: (resource, verb) => void rules.push({ resource, verb, allowed: false }),
    allow: (resource, verb) => void rules.push({ resource, verb, allowed: true }),
    revokeToken: (token, afterMs = 0) => void revokedAt.set(token, clock.now() + afterMs),
    isAuthenticated(authorization = '') {
      const token = authorization.replace(/^Bearer /i, '');
      return (tokens?.has(token) ?? true) && clock.now() < (revokedAt.get(token) ?? Number.POSITIVE_INFINITY);
    },
    refusal(call) {
      const fits = ({ resource, verb }: (typeof rules)[number]) =>
        resource === withSubresource(qualified(call), call) && (verb === undefined || verb === call.verb);
      return (rules.findLast(fits)?.allowed ?? true) ? undefined : forbidden(call);
    },
  };
}

function qualified(call: Call): string {
  return call.group === '' ? call.resource : `${call.resource}.${call.group}`;
}

function withSubresource(resource: string, { subresource }: Call): string {
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

/** apiserver: endpoints/handlers/responsewriters/errors.go */
function forbidden(call: Call): string {
  const { group, resource, name, namespace, verb } = call;
  const subject = `${qualified(call)}${name === undefined ? '' : ` "${name}"`}`;
  const asked = withSubresource(resource, call);
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${subject} is forbidden: User "${USER}" cannot ${verb} resource "${asked}" in API group "${group}" ${scope}`;
}
