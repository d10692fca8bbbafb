import type { Clock } from '../../src/core/ports.ts';
import type { Nodes } from '../deployment/nodes.ts';
import type { PodIdentity } from '../deployment/replica.ts';
import { createDeployment, type Deployment } from '../deployment.ts';
import type { Pod } from '../kubernetes/objects.ts';
import type { Store } from '../kubernetes/store.ts';
import type { Timeline } from '../timeline.ts';
import { Refusal } from './check.ts';
import { completePod, type DeploymentManifest } from './manifest.ts';
import { type Behaviour, type Pods, refuseStrangers } from './pods.ts';

export interface RunDeployment extends Behaviour {
  readonly deployment: DeploymentManifest;
}

export interface DeploymentsOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly timeline: Timeline;
  readonly nodes: Nodes;
  readonly pods: Pods;
}

/** The Deployments that were started through the control API. */
export interface Deployments {
  /** Throws a Refusal (409) where there is one of this name already. */
  run(options: RunDeployment): Deployment;
  list(): readonly Deployment[];
  /** Throws a Refusal (404) where there is no such Deployment. */
  find(namespace: string, name: string): Deployment;
  close(): void;
}

export function createDeployments({ pods, ...options }: DeploymentsOptions): Deployments {
  const deployments = new Map<string, Deployment>();
  return {
    run({ deployment: { metadata, spec }, ...behaviour }) {
      const { name, namespace = 'default' } = metadata;
      const key = `${namespace}/${name}`;
      refuseStrangers(spec.template.spec, behaviour.onSigterm ?? {});
      if (deployments.has(key)) throw new Refusal(409, `There is a Deployment ${key} already. Expected another name.`);
      const startPod = (identity: PodIdentity) =>
        pods.run({ pod: podOf(spec.template, identity, pods.nextIp()), ...behaviour });
      const { replicas = 1, strategy } = spec;
      const deployment = createDeployment({
        ...options,
        ...strategy?.rollingUpdate,
        name,
        namespace,
        replicas,
        startPod,
      });
      deployments.set(key, deployment);
      return deployment;
    },
    list: () => [...deployments.values()],
    find(namespace, name) {
      const found = deployments.get(`${namespace}/${name}`);
      if (found !== undefined) return found;
      throw new Refusal(
        404,
        `There is no Deployment ${namespace}/${name}. GET /deployments lists those that there are.`,
      );
    },
    close() {
      for (const deployment of deployments.values()) deployment.close();
    },
  };
}

function podOf(
  template: DeploymentManifest['spec']['template'],
  { namespace, name, node, labels }: PodIdentity,
  ip: string,
): Pod {
  const metadata = { ...template.metadata, namespace, name, labels: { ...labels, ...template.metadata?.labels } };
  return completePod({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...template.spec, nodeName: node } }, [ip]);
}
