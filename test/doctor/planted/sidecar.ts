import { known } from '../facts.ts';
import { annotate, type Planted, plant, setEnv, setStatus } from './plant.ts';

export const SIDECAR: readonly Planted[] = [
  plant(
    'sidecar-missing',
    'problem',
    'a pod without the sidecar behind a load balancer',
    (world) => {
      world.spec.initContainers = [];
    },
    /no sidecar, and the pod is behind a load balancer \(TargetGroupBinding web\)/,
    { fix: /drain-wait inject/ },
  ),
  plant(
    'sidecar-missing',
    'note',
    'a pod that somebody has left out',
    (world) => {
      world.spec.initContainers = [];
      annotate(world, { 'drain-wait/inject': 'disabled' });
    },
    /drain-wait\/inject is disabled/,
  ),
  plant(
    'init-container',
    'problem',
    'a native sidecar that a webhook has made an init container',
    (world) => {
      world.owner = known(structuredClone(world.owner.kind === 'known' ? world.owner.value : undefined));
      delete world.sidecar.restartPolicy;
    },
    /has no restartPolicy: Always/,
    { fix: /a webhook drops it.*\nkubectl get mutatingwebhookconfigurations/ },
  ),
  plant(
    'init-container',
    'problem',
    'an init container in the sources',
    (world) => {
      delete world.sidecar.restartPolicy;
    },
    /has no restartPolicy: Always/,
    {
      fix: /kubectl -n shop patch deployment web --patch .*"initContainers":\[\{"name":"drain-wait","restartPolicy":"Always"/,
    },
  ),
  plant(
    'native-unsupported',
    'problem',
    'a native sidecar on Kubernetes 1.28',
    (world) => {
      world.version = { major: 1, minor: 28 };
    },
    /Kubernetes 1\.28/,
    { fix: /--classic/ },
  ),
  plant(
    'setting',
    'problem',
    'a setting that does not exist',
    (world) => setEnv(world, 'DRAIN_WAIT_RESERV', '10s'),
    /DRAIN_WAIT_RESERV='10s': no such setting\. Did you mean DRAIN_WAIT_RESERVE/,
  ),
  plant(
    'downward-api',
    'problem',
    'no name of the pod',
    (world) => {
      world.sidecar.env = (world.sidecar.env ?? []).filter(({ name }) => name !== 'DRAIN_WAIT_POD_NAME');
    },
    /DRAIN_WAIT_POD_NAME is not set/,
    { fix: /metadata\.name/ },
  ),
  plant(
    'no-token',
    'problem',
    'no token for the sidecar',
    (world) => {
      world.sidecar.volumeMounts = [];
      world.spec.automountServiceAccountToken = false;
    },
    /has no token at \/var\/run\/secrets/,
    { fix: /"volumes":\[\{"name":"drain-wait-token","projected"/ },
  ),
  plant(
    'switched-off',
    'warning',
    'a switched-off sidecar',
    (world) => setEnv(world, 'DRAIN_WAIT_DISABLED', 'incident 42'),
    /DRAIN_WAIT_DISABLED is 'incident 42'/,
    { fix: /^kubectl -n shop set env deployment\/web -c drain-wait DRAIN_WAIT_DISABLED-$/ },
  ),
  plant(
    'switched-off',
    'warning',
    'observe mode',
    (world) => setEnv(world, 'DRAIN_WAIT_MODE', 'observe'),
    /DRAIN_WAIT_MODE is 'observe'/,
    { fix: /DRAIN_WAIT_MODE-/ },
  ),
  plant(
    'sidecar-killed',
    'problem',
    'a sidecar killed for memory',
    (world) => setStatus(world, { restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
    /OOMKilled/,
    { fix: /"memory":"256Mi"/ },
  ),
  plant(
    'sidecar-killed',
    'warning',
    'a sidecar that was restarted',
    (world) => setStatus(world, { restartCount: 2, lastState: { terminated: { exitCode: 1, reason: 'Error' } } }),
    /was restarted: 2 restarts, last with exit code 1 \(Error\)/,
    { fix: /logs web-7c9f-1 -c drain-wait --previous/ },
  ),
  plant(
    'sidecar-killed',
    'problem',
    'a sidecar that keeps ending',
    (world) => setStatus(world, { ready: false, restartCount: 5, state: { waiting: { reason: 'CrashLoopBackOff' } } }),
    /keeps ending: 5 restarts/,
    { also: ['sidecar-not-ready'] },
  ),
  plant(
    'sidecar-not-ready',
    'warning',
    'a sidecar that is not ready',
    (world) => setStatus(world, { ready: false, state: { running: {} } }),
    /runs and is not ready/,
    { fix: /describe pod web-7c9f-1/ },
  ),
  plant(
    'sidecar-not-ready',
    'problem',
    'a sidecar without an image',
    (world) => setStatus(world, { ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } }),
    /does not run: ImagePullBackOff/,
  ),
  plant(
    'liveness-probe',
    'warning',
    'a liveness probe',
    (world) => {
      world.sidecar.livenessProbe = { httpGet: { path: '/healthz', port: 9787 } };
    },
    /has a liveness probe/,
    { fix: /"livenessProbe":null/ },
  ),
  plant(
    'no-probe',
    'warning',
    'no probe',
    (world) => {
      delete world.sidecar.startupProbe;
      delete world.sidecar.readinessProbe;
    },
    /neither a startup nor a readiness probe/,
    { fix: /"startupProbe":\{"httpGet":\{"path":"\/readyz","port":9787\}/ },
  ),
  plant(
    'no-startup-probe',
    'note',
    'no startup probe',
    (world) => {
      delete world.sidecar.startupProbe;
    },
    /no startup probe/,
  ),
  plant(
    'memory-limit',
    'warning',
    'too little memory',
    (world) => {
      world.sidecar.resources = { limits: { memory: '64Mi' } };
    },
    /memory limit of the sidecar is 64Mi/,
    { fix: /"memory":"128Mi"/ },
  ),
];
