import type { Discovery } from '../../core/discover.ts';
import { discoverTargets } from '../../core/discover.ts';
import type { PodRef } from '../../core/ports.ts';
import { type NamedTargetGroup, parseTargetGroupArn } from '../../core/target.ts';
import type { Learned, SubjectFacts } from '../facts.ts';
import type { AccountReader } from './aws.ts';
import { explainKubernetes, isSilent, known, learn, type Unknown, unasked } from './learn.ts';
import type { NamespaceObjects } from './namespace.ts';
import { readPermissions, unreadPermissions } from './permissions.ts';
import { ownerOf, type PodGroup } from './pods.ts';
import { credentialSource, environmentOf, filled, isFilled, isNamed, namedGroups, sidecarOf } from './sidecar.ts';
import type { View } from './view.ts';

export interface SubjectRequest extends PodGroup {
  /** As a hold would name the pod. */
  readonly ref: PodRef;
  /** Why the pod could not be read; absent where it was. */
  readonly unread?: Unknown;
  readonly objects: NamespaceObjects;
  readonly aws: AccountReader;
}

/** Everything about one pod, one question after the other. */
export async function readSubject(view: View, request: SubjectRequest): Promise<SubjectFacts> {
  const { pod, alike, ref, unread, objects, aws } = request;
  view.ports.progress(`pod ${ref.namespace}/${ref.name}`);
  const inside = view.from === 'inside';
  const sidecar = sidecarOf(pod);
  const env = inside ? view.ports.env : environmentOf(sidecar);
  const owner = await readOwner(view, pod);
  const namespace = await readOutside(view, () =>
    view.ports.inspection.get('namespaces', '', ref.namespace, view.signal),
  );
  const node = await readNode(view, pod);
  const permissions = isSilent(unread) ? unreadPermissions(unread) : await readPermissions(view, pod, readsOf(request));
  const discovery = await discover(view, request, namedGroups(sidecar, env));
  const groups = discovery.kind === 'known' ? discovery.value.groups : [];
  const region = filled(env, 'AWS_REGION');
  const anyRegion =
    region ?? filled(view.ports.env, 'AWS_REGION') ?? parseTargetGroupArn(groups[0]?.group.arn ?? '')?.region;
  return {
    pod,
    alike,
    owner,
    namespace,
    node,
    permissions,
    identity: {
      source: credentialSource(env, inside ? isFilled : isNamed),
      caller: await aws.identify(anyRegion),
      region,
    },
    bindings: objects.bindings,
    services: objects.services,
    slices: objects.slices,
    discovery,
    targetGroups: await aws.readTargetGroups(anyRegion, groups),
  };
}

function readsOf({ pod, unread, objects }: SubjectRequest): ReadonlyMap<string, Learned<unknown>> {
  return new Map<string, Learned<unknown>>([['pods', unread ?? known(pod)], ...objects.reads]);
}

async function discover(
  { ports, signal }: View,
  { ref, unread }: SubjectRequest,
  named: readonly NamedTargetGroup[],
): Promise<Learned<Discovery>> {
  // Target groups that the user names are found without the API.
  if (isSilent(unread) && named.length === 0) return unread;
  const { cluster } = ports.inspection;
  const pod = unread === undefined ? await cluster.readPod(ref, signal) : undefined;
  return known(await discoverTargets(ref, pod, named, cluster, signal));
}

async function readOwner(view: View, pod: SubjectFacts['pod']): Promise<SubjectFacts['owner']> {
  const owner = ownerOf(pod);
  if (owner === undefined && view.from === 'outside') return known(undefined);
  return await readOutside(view, () =>
    view.ports.inspection.get(
      owner?.resource ?? 'deployments.apps',
      pod.metadata?.namespace ?? '',
      owner?.name ?? '',
      view.signal,
    ),
  );
}

async function readNode(view: View, { spec }: SubjectFacts['pod']): Promise<SubjectFacts['node']> {
  const name = spec?.nodeName;
  if (name === undefined && view.from === 'outside') return unasked('the pod is on no node yet');
  return await readOutside(view, () => view.ports.inspection.get('nodes', '', name ?? '', view.signal));
}

/** What the Role of a pod does not give. */
async function readOutside<T>({ from }: View, read: () => Promise<T>): Promise<Learned<T>> {
  if (from === 'outside') return await learn(read(), explainKubernetes(from));
  return unasked('the Role of the pod gives no more than a hold needs; run drain-wait doctor from a laptop to see it');
}
