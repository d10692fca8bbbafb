import { startAwsApi } from '../aws/api.ts';
import { createElbv2 } from '../aws/elbv2.ts';
import { createTokenBucket } from '../aws/token-bucket.ts';
import { scaledClock } from '../clock.ts';
import { startCluster } from '../cluster.ts';
import { createDeployments } from '../control/deployments.ts';
import type { Parts } from '../control/parts.ts';
import { createPods } from '../control/pods.ts';
import { createNodes } from '../deployment/nodes.ts';
import { createFaults } from '../faults.ts';
import { startKubernetesApi } from '../kubernetes/api.ts';
import { createStore } from '../kubernetes/store.ts';
import { createTimeline } from '../timeline.ts';
import type { Settings, What } from './arguments.ts';

export interface Simulation extends Parts {
  close(): Promise<void>;
}

/** Pods of Deployments are put on these in turn. The first one is where every other pod is. */
const NODES = ['node-1', 'node-2', 'node-3'];

/** Starts what was asked for. Rejects where a port is taken. */
export function start(what: What, settings: Settings): Promise<Simulation> {
  switch (what) {
    case 'kubernetes':
      return startKubernetes(settings);
    case 'elbv2':
      return startElbv2(settings);
    case 'cluster':
      return startAll(settings);
    default:
      return what satisfies never;
  }
}

async function startKubernetes({ port, speed }: Settings): Promise<Simulation> {
  const clock = scaledClock(speed);
  const timeline = createTimeline(clock);
  const store = createStore({ clock, timeline });
  const faults = createFaults(clock);
  const api = await startKubernetesApi({ store, clock, faults, port });
  return { timeline, kubernetes: { store, api, faults }, close: api.close };
}

async function startElbv2({ port, speed, bucket }: Settings): Promise<Simulation> {
  const clock = scaledClock(speed);
  const timeline = createTimeline(clock);
  const elbv2 = createElbv2({ clock, timeline });
  const faults = createFaults(clock);
  const api = await startAwsApi({ elbv2, clock, faults, bucket: createTokenBucket({ clock, ...bucket }), port });
  return {
    timeline,
    elbv2: { elbv2, api, faults },
    async close() {
      await api.close();
      elbv2.close();
    },
  };
}

async function startAll(settings: Settings): Promise<Simulation> {
  const { speed, lag: lagMs, bucket, 'kubernetes-port': kubernetes, 'elbv2-port': aws } = settings;
  const cluster = await startCluster({ speed, lagMs, bucket, ports: { kubernetes, aws } });
  const { clock, store, kubelet, controller, timeline } = cluster;
  const pods = createPods({ clock, kubelet });
  const nodes = createNodes(NODES);
  const deployments = createDeployments({ clock, store, timeline, nodes, pods });
  return {
    timeline,
    kubernetes: { store, api: cluster.kubernetes, faults: cluster.kubernetesFaults },
    elbv2: { elbv2: cluster.elbv2, api: cluster.aws, faults: cluster.awsFaults },
    controllerCalls: { faults: cluster.controllerFaults, api: { requests: cluster.controllerCalls } },
    cluster: { timeline, store, controller, kubelet, pods, nodes, deployments },
    async close() {
      deployments.close();
      await cluster.close();
    },
  };
}
