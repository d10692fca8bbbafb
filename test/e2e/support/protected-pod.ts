import type { PrintedLine } from '../../../real/aws-side/printed-lines.ts';
import type { Fate } from '../../../real/fate.ts';
import type { RealNamespace } from '../../../real/namespace.ts';
import type { RealBound } from '../../../real/workload/bind-target-group.ts';
import type { Protection, Workload } from '../../../real/workload/protect.ts';
import { webDeployment } from '../../../real/workload/web.ts';
import type { World } from '../../../real/world.ts';
import type { Pod } from '../../../sim/kubernetes/objects.ts';
import { SIDECAR_NAME } from '../../../src/workload/sidecar.ts';

/** A pod with the shipped sidecar that has checked once what it can see. */
export interface ProtectedPod {
  readonly pod: Pod;
  /** Tells the API server to delete it, and does not wait. */
  delete(flags?: readonly string[]): Promise<void>;
  /** Resolves with the first such line of the sidecar's log, one that has been printed already, too. */
  logged(message: string): Promise<PrintedLine>;
  /** The messages of the sidecar's log so far. */
  messages(): readonly string[];
  /** Resolves when the pod has ended. */
  fate(): Promise<Fate>;
}

export interface Scene extends ProtectedPod {
  readonly shop: RealNamespace;
}

export interface SceneOptions extends Partial<Protection> {
  /** Absent: a Deployment `web` with one replica. */
  readonly workload?: Workload;
  /** Instead of the shipped Role. */
  readonly role?: object;
  /** How the target group is bound. Absent: one ALB, by a Service that selects the pod. */
  readonly bound?: RealBound;
}

/** One pod in one target group, which sends it requests already, in a namespace of its own. */
export async function startScene(world: World, name: string, options: SceneOptions = {}): Promise<Scene> {
  const { workload = webDeployment(), role, bound = {}, ...protection } = options;
  const shop = await world.namespace(name);
  if (role !== undefined) await shop.apply([role]);
  const group = await shop.addTargetGroup('web', bound);
  await shop.applyProtected(workload, protection);
  const pod = await protectedPod(world, shop);
  await shop.ready(group, 1);
  return { ...pod, shop };
}

/** The pod of a namespace, `other` left out, as soon as its sidecar has checked what it can see. */
export async function protectedPod(world: World, shop: RealNamespace, other?: Pod): Promise<ProtectedPod> {
  const { diary } = world.aws;
  // Its address may come after its phase.
  const running = ({ metadata, status }: Pod) =>
    metadata.uid !== other?.metadata.uid && status.phase === 'Running' && status.podIP !== undefined;
  const pod = await shop.until('a pod runs', () => shop.pods().find(running));
  const { uid, name } = pod.metadata;
  const logged = (message: string) => diary.logged(uid, SIDECAR_NAME, message);
  await logged('start-up check');
  return {
    pod,
    logged,
    messages: () => diary.lines(uid, SIDECAR_NAME).map(({ fields }) => String(fields['msg'])),
    fate: () => shop.fate(pod),
    async delete(flags = []) {
      await shop.kubectl(['delete', 'pod', name, '--wait=false', ...flags]);
    },
  };
}

/** From the deregistration of the pod until the container got SIGTERM, in ms. NaN where one of them has not been. */
export function settledMs({ deregisteredAtMs = Number.NaN, sigtermAtMs }: Fate, container = 'app'): number {
  return (sigtermAtMs.get(container) ?? Number.NaN) - deregisteredAtMs;
}

/** From the last request that a load balancer may have sent until the application got SIGTERM, in ms. Negative: too early. */
export function safeMs({ routedUntilMs = Number.NaN, sigtermAtMs }: Fate): number {
  return (sigtermAtMs.get('app') ?? Number.NaN) - routedUntilMs;
}
