import type { Bound } from '../../sim/add-target-group.ts';
import type { Role } from '../../sim/aws/sts.ts';
import type { EmbeddedCluster } from '../../sim/cluster.ts';
import { pod as podObject } from '../../sim/kubernetes/builders.ts';
import type { Container, Pod } from '../../sim/kubernetes/objects.ts';
import { deployment, node, ownedBy, replicaSet } from '../../sim/kubernetes/workload-builders.ts';
import type { Deployment } from '../../sim/kubernetes/workload-objects.ts';
import { preStopHook, type SidecarKind, sidecarContainer, tokenVolume } from '../../src/workload/sidecar.ts';

const HASH = '7c9f5d8b6';
const INJECTED = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

export interface ShopOptions {
  readonly sidecar?: SidecarKind | 'none';
  readonly loadBalancer?: 'alb' | 'nlb';
  /** Absent: enough for the load balancer. */
  readonly graceSeconds?: number;
  readonly bound?: Bound;
  readonly roles?: readonly Role[];
  /** Settings of the sidecar. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Changes the pods before they are there. */
  readonly pod?: (pod: Pod) => Pod;
  /** Changes their owner, which is made of a pod as it is then. */
  readonly owner?: (owner: Deployment) => Deployment;
  /** Without a target group and a binding. */
  readonly unbound?: boolean;
}

/** The Deployment, its ReplicaSet and pods, their node, and the controller. */
export function putWorkload(cluster: EmbeddedCluster, options: ShopOptions): readonly Pod[] {
  const { store } = cluster;
  const { owner = (same) => same, pod: change = (same) => same } = options;
  const spec = podSpec(options);
  const template = { metadata: { labels: { app: 'web' } }, spec };
  const made = store.put(owner(deployment({ name: 'web', spec: { replicas: 2, template } })));
  const set = store.put(
    replicaSet({ name: `web-${HASH}`, labels: { app: 'web' }, ownerReferences: ownedBy(made), spec: { replicas: 2 } }),
  );
  store.put(node({ name: 'node-1' }));
  store.put(
    deployment({
      name: 'aws-load-balancer-controller',
      namespace: 'kube-system',
      labels: { 'app.kubernetes.io/name': 'aws-load-balancer-controller' },
      spec: {
        template: {
          metadata: {},
          spec: {
            containers: [{ name: 'controller', image: 'public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0' }],
          },
        },
      },
    }),
  );
  return ['10.1.0.7', '10.1.0.8'].map((ip, index) => {
    const labels = { app: 'web', 'pod-template-hash': HASH };
    const name = `web-${HASH}-${index + 1}`;
    const made = podObject({ name, ips: [ip], labels, ownerReferences: ownedBy(set), spec });
    // The first is the newer one.
    const metadata = { ...made.metadata, creationTimestamp: `2026-11-25T10:00:0${9 - index}Z` };
    return store.put(change({ ...made, metadata }));
  });
}

/** The pod of the documentation, with what the webhook of EKS Pod Identity adds. */
function podSpec({ sidecar = 'native', loadBalancer = 'alb', graceSeconds, settings = {} }: ShopOptions): Pod['spec'] {
  const gracePeriodSeconds = graceSeconds ?? (loadBalancer === 'alb' ? 60 : 160);
  const app: Container = { name: 'app', image: 'shop:1', ports: [{ name: 'http', containerPort: 8080 }] };
  const spec = { terminationGracePeriodSeconds: gracePeriodSeconds, nodeName: 'node-1' };
  if (sidecar === 'none') return { ...spec, containers: [app] };
  const made = sidecarContainer({ kind: sidecar, image: 'drain-wait:0.1.0', gracePeriodSeconds, port: 9787, settings });
  const ours = {
    ...made,
    env: [
      ...(made.env ?? []),
      { name: 'AWS_REGION', value: 'eu-west-1' },
      { name: INJECTED, value: 'http://169.254.170.23/v1/credentials' },
    ],
  } as Container;
  const hooked: Container = { ...app, lifecycle: { preStop: preStopHook(9787) as never } };
  const volumes = [tokenVolume()] as unknown as NonNullable<Pod['spec']['volumes']>;
  return sidecar === 'native'
    ? { ...spec, volumes, initContainers: [ours], containers: [hooked] }
    : { ...spec, volumes, containers: [hooked, ours] };
}
