import type { Fate } from '../../../real/fate.ts';
import type { RealNamespace } from '../../../real/namespace.ts';
import type { World } from '../../../real/world.ts';
import type { TargetGroup } from '../../../sim/aws/target-group.ts';
import type { Pod } from '../../../sim/kubernetes/objects.ts';
import { SIDECAR_NAME } from '../../../src/workload/sidecar.ts';

/** Resolves with the first pod with this label `app`, when its sidecar has checked once what it can see. */
export async function checkedPod({ aws }: World, { pods, until }: RealNamespace, app = 'web'): Promise<Pod> {
  const pod = await until(`pod ${app} runs`, () => pods(app).find(({ status }) => status.phase === 'Running'));
  await aws.diary.logged(pod.metadata.uid, SIDECAR_NAME, 'start-up check');
  // Its address may have come after its phase.
  return await until(`pod ${app} has an address`, () =>
    pods(app).find(({ metadata, status }) => metadata.uid === pod.metadata.uid && status.podIP !== undefined),
  );
}

export async function deletePod(
  { kubectl }: RealNamespace,
  { metadata }: Pod,
  flags: readonly string[] = [],
): Promise<void> {
  await kubectl(['delete', 'pod', metadata.name, '--wait=false', ...flags]);
}

/** Deletes the pod as soon as it gets requests. Resolves with what became of it. */
export async function leave(
  world: World,
  shop: RealNamespace,
  groups: readonly TargetGroup[],
  flags: readonly string[] = [],
): Promise<Fate> {
  const pod = await checkedPod(world, shop);
  for (const group of groups) await shop.ready(group, 1);
  await deletePod(shop, pod, flags);
  return await shop.fate(pod);
}

/** Resolves with the time of the message in the sidecar's log. */
export async function logged({ aws }: World, { metadata }: Pod, message: string): Promise<number> {
  return (await aws.diary.logged(metadata.uid, SIDECAR_NAME, message)).atMs;
}
