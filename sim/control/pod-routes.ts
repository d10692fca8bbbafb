import { either, flag, mapOf, milliseconds, number, object, oneOf, optional, read } from './check.ts';
import { completePod, type PodManifest, podManifest } from './manifest.ts';
import type { ClusterParts } from './parts.ts';
import type { Behaviour } from './pods.ts';
import { begun, done, json, type Route } from './route.ts';

interface Run extends Behaviour {
  readonly pod: PodManifest;
}

export const behaviour = {
  onSigterm: optional(
    mapOf(either('"ignore" or {"exitAfterMs": 2000}', oneOf('ignore'), object({ exitAfterMs: milliseconds }))),
  ),
  readyAfterMs: optional(milliseconds),
};
const run = object<Run>({ pod: podManifest, ...behaviour });
const readiness = object({ ready: flag });
const exit = object({ code: number('an exit code from 0 to 255', 0, 255) });

const examplePod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', labels: { app: 'web' } },
  spec: {
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        name: 'app',
        ports: [{ name: 'http', containerPort: 8080 }],
        lifecycle: { preStop: { httpGet: { path: '/prestop', port: 9787 } } },
      },
    ],
  },
};

export const podRoutes: readonly Route<ClusterParts>[] = [
  {
    method: 'GET',
    path: '/pods',
    about: 'The pods that run',
    handle: ({ pods }) => json(pods.list().map(({ namespace, name, uid }) => ({ namespace, name, uid }))),
  },
  {
    method: 'POST',
    path: '/pods',
    about:
      'Runs a pod. Its containers are no programs, only something that takes signals; its hooks are really called, at ' +
      '127.0.0.1 and the port of the hook. Without `status.podIP` it gets the next free address from 10.1.0.1 on',
    example: { pod: examplePod, onSigterm: { app: { exitAfterMs: 2_000 } }, readyAfterMs: 500 },
    async handle({ pods }, { body }) {
      const { pod: manifest, ...options } = read<Run>(run, body);
      const { podIP, podIPs } = manifest.status ?? {};
      const ips = podIPs?.map(({ ip }) => ip) ?? [podIP ?? pods.nextIp()];
      const { namespace, name, uid } = await pods.run({ pod: completePod(manifest, ips), ...options });
      return json({ namespace, name, uid, ips }, 201);
    },
  },
  {
    method: 'PUT',
    path: '/pods/:namespace/:name/ready',
    about: 'Sets the Ready condition, as a readiness probe would',
    example: { ready: true },
    handle({ kubelet, pods }, { body }, namespace, name) {
      const pod = pods.find(namespace, name);
      kubelet.setReady(pod, read<{ readonly ready: boolean }>(readiness, body).ready);
      return done;
    },
  },
  {
    method: 'POST',
    path: '/pods/:namespace/:name/soft-eviction',
    about: 'The kubelet evicts the pod because the node runs short of something; the API shows nothing until the end',
    handle({ kubelet, pods }, _, namespace, name) {
      kubelet.softEvict(pods.find(namespace, name));
      return begun;
    },
  },
  {
    method: 'POST',
    path: '/pods/:namespace/:name/containers/:container/liveness-failure',
    about: 'The kubelet ends the container, with its hook, and starts it again',
    handle({ kubelet, pods }, _, namespace, name, container) {
      pods.processOf(namespace, name, container);
      void kubelet.failLiveness(pods.find(namespace, name), container);
      return begun;
    },
  },
  {
    method: 'POST',
    path: '/pods/:namespace/:name/containers/:container/exit',
    about: 'The container ends by itself, as in a crash; it is not started again',
    example: { code: 137 },
    handle({ pods }, { body }, namespace, name, container) {
      pods.processOf(namespace, name, container).exit(read<{ readonly code: number }>(exit, body).code);
      return done;
    },
  },
];
