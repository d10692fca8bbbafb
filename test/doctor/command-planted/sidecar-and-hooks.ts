import { type Planted, withContainer, withHook, withSidecar } from './planted.ts';

export const SIDECAR_AND_HOOKS: Readonly<Record<string, Planted>> = {
  'no sidecar behind a TargetGroupBinding': {
    from: 'namespace',
    options: { sidecar: 'none' },
    check: 'sidecar-missing',
    level: 'problem',
    fix: /drain-wait inject/,
  },
  'an init container that never ends': {
    options: { pod: withSidecar(() => ({ restartPolicy: undefined })) },
    check: 'init-container',
    level: 'problem',
    fix: /webhook drops it/,
  },
  'a setting that is none': {
    options: {
      pod: withSidecar(({ env = [] }) => ({ env: [...env, { name: 'DRAIN_WAIT_SETTLE_ABL', value: '20s' }] })),
    },
    check: 'setting',
    level: 'problem',
    message: /DRAIN_WAIT_SETTLE_ABL/,
  },
  'observe mode': {
    options: { settings: { DRAIN_WAIT_MODE: 'observe' } },
    check: 'switched-off',
    level: 'warning',
  },
  'a sidecar that was killed for memory': {
    options: {
      pod: (pod) => ({
        ...pod,
        status: {
          ...pod.status,
          initContainerStatuses: [
            {
              name: 'drain-wait',
              ready: true,
              restartCount: 1,
              lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
            },
          ],
        },
      }),
    },
    check: 'sidecar-killed',
    level: 'problem',
    fix: /"memory":"256Mi"/,
  },
  'a liveness probe': {
    options: { pod: withSidecar(() => ({ livenessProbe: { httpGet: { path: '/healthz', port: 9787 } } })) },
    check: 'liveness-probe',
    level: 'warning',
  },
  'a memory limit that is too small': {
    options: { pod: withSidecar(() => ({ resources: { limits: { memory: '64Mi' } } })) },
    check: 'memory-limit',
    level: 'warning',
    fix: /128Mi/,
  },
  'a second container that serves, without a hook': {
    options: { pod: withContainer({ name: 'admin', image: 'admin:1', ports: [{ containerPort: 8081 }] }) },
    check: 'hook-missing',
    level: 'warning',
    message: /admin/,
    fix: /"path":"\/prestop","port":9787/,
  },
  'a hook that sleeps': {
    options: { pod: withHook({ sleep: { seconds: 20 } }) },
    check: 'hook-sleep',
    level: 'problem',
    fix: /"port":9787/,
  },
  'a hook on the wrong port': {
    options: { pod: withHook({ httpGet: { path: '/prestop', port: 8080 } }) },
    check: 'hook-port',
    level: 'problem',
    fix: /"port":9787/,
  },
  'a hook on a port by name': {
    options: { pod: withHook({ httpGet: { path: '/prestop', port: 'drain-wait' } }) },
    check: 'hook-port-name',
    level: 'problem',
    fix: /"port":9787/,
  },
  'a hook on 127.0.0.1, which is the node': {
    options: { pod: withHook({ httpGet: { host: '127.0.0.1', path: '/prestop', port: 9787 } }) },
    check: 'hook-host',
    level: 'problem',
    fix: /\$patch/,
  },
};
