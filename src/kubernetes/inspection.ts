import type { V1EndpointSlice, V1SelfSubjectAccessReview, VersionInfo } from '@kubernetes/client-node';
import { ApiError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Clock } from '../core/ports.ts';
import type { AccessQuestion, Inspection, ObjectsByResource, Resource } from '../doctor/collect/ports.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { createCluster, listSlices } from './cluster.ts';
import { connect, connectAhead } from './connect.ts';
import type { Answer, Connection } from './connection.ts';
import { pathOf } from './resources.ts';

/** Of the pods of a large namespace, in characters. */
const LONGEST_LIST_OUTSIDE = 256 * 2 ** 20;

type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that doctor asks of Kubernetes, over one connection. The same question is asked once only. */
export function inspectKubernetes(env: Environment, serviceAccountDir: string, clock: Clock): Inspection {
  let way = () => connect(env, serviceAccountDir);
  const client = createApiClient({
    clock,
    connect: async () => rememberAnswers(await way().catch(withoutWay)),
    // Within a container it has to do with what a sidecar has.
    ...(env['KUBERNETES_SERVICE_HOST'] === undefined ? { longestList: LONGEST_LIST_OUTSIDE } : {}),
  });
  return {
    ...createInspection(client),

    async logIn() {
      way = await connectAhead(env, serviceAccountDir);
      // The official client, which nobody in a pod needs.
      const { namespaceOfContext } = await import('./kubeconfig.ts');
      try {
        return namespaceOfContext();
      } catch (error) {
        return withoutWay(error);
      }
    },
  };
}

/** Without a token, or without a kubeconfig, nobody has been asked yet: this does not pass by itself. */
function withoutWay(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new ApiError('unauthenticated', 'log in to the Kubernetes API', message, error);
}

function createInspection(client: ApiClient): Omit<Inspection, 'logIn'> {
  const { read, list } = client;
  const allowances = new Map<string, boolean>();
  return {
    async version(signal) {
      const { major, minor } = (await read('get /version', '/version', signal)) as VersionInfo;
      // EKS says `31+`.
      const version = { major: Number.parseInt(major, 10), minor: Number.parseInt(minor, 10) };
      if (Number.isInteger(version.major) && Number.isInteger(version.minor)) return version;
      throw new ApiError('bad-response', 'get /version', `'${major}' and '${minor}' are no numbers`);
    },

    async get<R extends Resource>(resource: R, namespace: string, name: string, signal: AbortSignal) {
      return (await read(`get ${resource}`, pathOf(resource, namespace, name), signal)) as ObjectOf<R>;
    },

    list<R extends Resource>(resource: R, namespace: string, labelSelector: string, signal: AbortSignal) {
      const selector = labelSelector === '' ? {} : { labelSelector };
      return list(`list ${resource}`, pathOf(resource, namespace), selector, signal, (object) => object as ObjectOf<R>);
    },

    listSlices: (namespace, services, signal) =>
      listSlices(client, namespace, services, signal, (slice) => slice as Json<V1EndpointSlice>),

    async isAllowed(question, signal) {
      const { resource, namespace, review } = reviewOf(question);
      const key = JSON.stringify(question);
      const allowed = allowances.get(key) ?? (await askReview(client, resource, namespace, review, signal));
      allowances.set(key, allowed);
      return allowed;
    },

    cluster: createCluster(client),
  };
}

type ObjectOf<R extends Resource> = ObjectsByResource[R];

/** About ourselves, or about somebody else in one namespace: who has `admin` there may ask that, and need not be an administrator of the cluster. */
function reviewOf({ user, namespace, group, resource, verb }: AccessQuestion) {
  const apiVersion = 'authorization.k8s.io/v1';
  const resourceAttributes = { namespace, group, resource, verb };
  if (user === undefined) {
    const review = { apiVersion, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
    return { resource: 'selfsubjectaccessreviews.authorization.k8s.io', namespace: '', review };
  }
  const spec = { resourceAttributes, user: user.name, groups: user.groups };
  const review = { apiVersion, kind: 'LocalSubjectAccessReview', metadata: { namespace }, spec };
  return { resource: 'localsubjectaccessreviews.authorization.k8s.io', namespace, review };
}

async function askReview(
  { create }: ApiClient,
  resource: string,
  namespace: string,
  review: object,
  signal: AbortSignal,
): Promise<boolean> {
  const operation = `create ${resource}`;
  const answer = (await create(operation, pathOf(resource, namespace), review, signal)) as V1SelfSubjectAccessReview;
  if (answer.status?.allowed !== undefined) return answer.status.allowed;
  throw new ApiError('bad-response', operation, 'the answer has no status');
}

/** What passes by itself is asked again. */
const LASTING: readonly number[] = [200, 403, 404];

/** A GET that was answered once is answered so again: a look at many pods asks much that is the same. */
function rememberAnswers(connection: Connection): Connection {
  const answers = new Map<string, Answer>();
  return {
    ...connection,
    async get(path, signal) {
      const answer = answers.get(path) ?? (await connection.get(path, signal));
      if (LASTING.includes(answer.status)) answers.set(path, answer);
      return answer;
    },
  };
}
