import type { V1LabelSelector } from '@kubernetes/client-node';
import type { ApiError } from '../../core/errors.ts';
import { toApiError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Owner } from '../facts.ts';
import type { NamespaceObjects } from './namespace.ts';
import { groupPods, nameOf, type OwnerRef, ownerOf, type PodGroup } from './pods.ts';
import { sidecarOf } from './sidecar.ts';
import type { View } from './view.ts';

/** What the user names. */
export interface Target {
  readonly kind: 'pod' | 'deployment' | 'statefulset' | 'daemonset';
  readonly name: string;
}

export type Choice =
  | { readonly kind: 'groups'; readonly groups: readonly PodGroup[] }
  /** Nothing to look at: why, and what to do. */
  | { readonly kind: 'nothing'; readonly problem: string };

/** The pods to look at. */
export async function choosePods(
  view: View,
  namespace: string,
  target: Target | undefined,
  objects: () => Promise<NamespaceObjects>,
): Promise<Choice> {
  try {
    if (target === undefined) return await protectedPods(view, namespace, objects);
    if (target.kind === 'pod') return await onePod(view, namespace, target.name);
    return await podsOf(view, namespace, { resource: `${target.kind}s.apps`, name: target.name });
  } catch (error) {
    return nothing(whatNow(toApiError(error, 'doctor'), namespace, target));
  }
}

async function onePod({ ports, signal }: View, namespace: string, name: string): Promise<Choice> {
  const pod = await ports.inspection.get('pods', namespace, name, signal);
  return { kind: 'groups', groups: [{ pod, alike: [name] }] };
}

async function podsOf({ ports, signal }: View, namespace: string, owner: OwnerRef): Promise<Choice> {
  const object: Owner = await ports.inspection.get(owner.resource, namespace, owner.name, signal);
  const pods = await ports.inspection.list('pods', namespace, selectorText(object.spec?.selector), signal);
  const groups = groupPods(pods.filter((pod) => isSame(ownerOf(pod), owner)));
  if (groups.length > 0) return { kind: 'groups', groups };
  return nothing(`${words(owner)} in namespace ${namespace} has no pods; scale it up first`);
}

/** Those that have the sidecar, or need it. */
async function protectedPods(
  { ports, signal }: View,
  namespace: string,
  objects: () => Promise<NamespaceObjects>,
): Promise<Choice> {
  const groups = groupPods(await ports.inspection.list('pods', namespace, '', signal));
  if (groups.length === 0) return nothing(`there are no pods in namespace ${namespace}; name another one with -n`);
  const { isBound } = await objects();
  const chosen = groups.filter(({ pod }) => sidecarOf(pod) !== undefined || isBound(pod));
  if (chosen.length > 0) return { kind: 'groups', groups: chosen.sort(byName) };
  return nothing(
    `of the ${groups.length} kinds of pods in namespace ${namespace} none has the sidecar, and none is behind a TargetGroupBinding; ` +
      `name a pod to look at it: drain-wait doctor pod/NAME -n ${namespace}`,
  );
}

function byName(a: PodGroup, b: PodGroup): number {
  return nameOf(a.pod) < nameOf(b.pod) ? -1 : 1;
}

function isSame(a: OwnerRef | undefined, b: OwnerRef): boolean {
  return a?.resource === b.resource && a.name === b.name;
}

/** As the API takes it in a query. */
function selectorText(selector: Json<V1LabelSelector> | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const others = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    }
  });
  return [...equal, ...others].join(',');
}

function nothing(problem: string): Choice {
  return { kind: 'nothing', problem };
}

function words({ resource, name }: OwnerRef): string {
  return `${resource.replace(/s\.apps$/, '')}/${name}`;
}

function whatNow({ kind, operation, message }: ApiError, namespace: string, target: Target | undefined): string {
  const what =
    target === undefined ? `namespace ${namespace}` : `${target.kind}/${target.name} in namespace ${namespace}`;
  switch (kind) {
    case 'not-found':
      return `there is no ${what}; kubectl get pods -n ${namespace} lists what is there`;
    case 'denied':
      return `you may not ${operation} in namespace ${namespace}; run doctor as somebody who may`;
    case 'unauthenticated':
    case 'throttled':
    case 'unreachable':
    case 'bad-response':
      return unreachable(message, namespace);
    default:
      return kind satisfies never;
  }
}

/** Where the API server, or the way to it, is not there. Absent `namespace`: none was named. */
export function unreachable(why: string, namespace: string | undefined): string {
  const proof = `kubectl get pods${namespace === undefined ? '' : ` -n ${namespace}`}`;
  return `cannot ask the Kubernetes API: ${why}; set KUBECONFIG to the right file and its context to the right cluster, until ${proof} works`;
}
