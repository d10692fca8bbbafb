import type { Deployment } from '../deployment.ts';
import { object, read } from './check.ts';
import type { RunDeployment } from './deployments.ts';
import { count, deploymentManifest } from './manifest.ts';
import type { ClusterParts } from './parts.ts';
import { behaviour } from './pod-routes.ts';
import { begun, json, type Route } from './route.ts';

interface Scale {
  readonly replicas: number;
}

const run = object<RunDeployment>({ deployment: deploymentManifest, ...behaviour });
const scale = object<Scale>({ replicas: count });

const exampleDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 60,
        containers: [
          {
            name: 'app',
            ports: [{ name: 'http', containerPort: 8080 }],
            lifecycle: { preStop: { sleep: { seconds: 20 } } },
          },
        ],
      },
    },
  },
};

export const deploymentRoutes: readonly Route<ClusterParts>[] = [
  {
    method: 'GET',
    path: '/deployments',
    about:
      'The Deployments with their pods: `starting`, `not-ready`, `ready`, or `terminating` until the last process has ended',
    handle: ({ deployments }) => json(deployments.list().map(describe)),
  },
  {
    method: 'POST',
    path: '/deployments',
    about:
      'Runs a Deployment, whose pods are as those of `POST /pods`, on `node-1` to `node-3` in turn. Their ' +
      'label `app` is its name, unless the template says otherwise. It is no object in the API',
    example: { deployment: exampleDeployment, onSigterm: { app: { exitAfterMs: 2_000 } }, readyAfterMs: 5_000 },
    handle: ({ deployments }, { body }) => json(describe(deployments.run(read<RunDeployment>(run, body))), 201),
  },
  {
    method: 'POST',
    path: '/deployments/:namespace/:name/rollout',
    about: 'Begins a new revision, as `kubectl rollout restart` does',
    handle({ deployments }, _, namespace, name) {
      inBackground(deployments.find(namespace, name).rollOut());
      return begun;
    },
  },
  {
    method: 'PUT',
    path: '/deployments/:namespace/:name/replicas',
    about: 'From now on it shall have that many pods',
    example: { replicas: 5 },
    handle({ deployments }, { body }, namespace, name) {
      const deployment = deployments.find(namespace, name);
      inBackground(deployment.scale(read<Scale>(scale, body).replicas));
      return begun;
    },
  },
];

/** The timeline tells of the end, and of pods that could not start. */
function inBackground(change: Promise<void>): void {
  change.catch(() => {});
}

function describe(deployment: Deployment): unknown {
  const { namespace, name, replicas, revision } = deployment;
  const pods = deployment.pods().map(({ name, node, revision, state }) => ({ name, node, revision, state }));
  return { namespace, name, replicas, revision, pods };
}
