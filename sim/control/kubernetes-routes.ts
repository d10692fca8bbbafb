import { OPTIONAL_GROUPS } from '../kubernetes/call.ts';
import { apiRoutes } from './api-routes.ts';
import { listOf, milliseconds, object, oneOf, optional, Refusal, read, text } from './check.ts';
import { complete, type Manifest, manifest, type PutKind } from './manifest.ts';
import type { KubernetesParts } from './parts.ts';
import { done, json, type Route } from './route.ts';

interface Permission {
  readonly resource: string;
  /** Absent: every verb. */
  readonly verb?: string;
}

interface Revocation {
  readonly token: string;
  readonly afterMs?: number;
}

const kind = oneOf('Pod', 'Service', 'EndpointSlice', 'TargetGroupBinding', 'Event');
const groups = object({ groups: listOf(oneOf(...OPTIONAL_GROUPS)) });
const permission = object<Permission>({ resource: text, verb: optional(text) });
const revocation = object<Revocation>({ token: text, afterMs: optional(milliseconds) });

export const kubernetesRoutes: readonly Route<KubernetesParts>[] = [
  {
    method: 'PUT',
    path: '/kubernetes/objects',
    about:
      'Adds or replaces a Pod, Service, EndpointSlice, TargetGroupBinding or Event, with any status. A pod put here ' +
      'is only an object: no kubelet runs it',
    example: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    handle({ store }, { body }) {
      const given = read<Manifest>(manifest, body);
      const { namespace = 'default', name } = given.metadata;
      const known = store
        .list(given.kind, namespace)
        .find(({ apiVersion, metadata }) => metadata.name === name && apiVersion === given.apiVersion);
      return json(store.put(complete(given, known)), known === undefined ? 201 : 200);
    },
  },
  {
    method: 'DELETE',
    path: '/kubernetes/objects/:kind/:namespace/:name',
    about: 'Takes the object out at once, whatever its grace period; the API itself deletes in the ordinary way',
    handle({ store }, _, kindName, namespace, name) {
      const wanted = read<PutKind>(kind, kindName, 'kind');
      if (store.get(wanted, namespace, name) === undefined) {
        throw new Refusal(404, `There is no ${wanted} ${namespace}/${name}.`);
      }
      store.remove(wanted, namespace, name);
      return done;
    },
  },
  {
    method: 'PUT',
    path: '/kubernetes/groups',
    about: 'Installs exactly these API groups of TargetGroupBindings',
    example: { groups: ['elbv2.k8s.aws'] },
    handle({ api }, { body }) {
      api.setGroups(read<{ readonly groups: readonly string[] }>(groups, body).groups);
      return done;
    },
  },
  {
    method: 'POST',
    path: '/kubernetes/deny',
    about:
      'Forbids a resource (`pods`, `pods/eviction`, `targetgroupbindings.elbv2.k8s.aws`), for one `verb` or for all',
    example: { resource: 'pods', verb: 'get' },
    handle({ api }, { body }) {
      const { resource, verb } = read<Permission>(permission, body);
      api.deny(resource, verb);
      return done;
    },
  },
  {
    method: 'POST',
    path: '/kubernetes/allow',
    about: 'Allows it again',
    example: { resource: 'pods', verb: 'get' },
    handle({ api }, { body }) {
      const { resource, verb } = read<Permission>(permission, body);
      api.allow(resource, verb);
      return done;
    },
  },
  {
    method: 'POST',
    path: '/kubernetes/revoked-tokens',
    about: 'From now on, or `afterMs` later, this bearer token gets 401; any other is good, and none, too',
    example: { token: 'embedded-cluster', afterMs: 60_000 },
    handle({ api }, { body }) {
      const { token, afterMs } = read<Revocation>(revocation, body);
      api.revokeToken(token, afterMs);
      return done;
    },
  },
  ...apiRoutes('kubernetes', { fault: { kind: 'status', status: 503 }, match: 'GET /api/v1', times: 3 }),
];
