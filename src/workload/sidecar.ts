import type { V1Container, V1Lifecycle, V1Volume } from '@kubernetes/client-node';
import { HOOK_PATH } from '../core/hook.ts';
import { SETTINGS } from '../settings.ts';

/** `native`: an init container with restartPolicy Always, which ends after the application. `classic`: an ordinary container. */
export type SidecarKind = 'native' | 'classic';

export interface SidecarOptions {
  readonly kind: SidecarKind;
  readonly image: string;
  /** The pod's, in s: what the sidecar goes by where it cannot read the pod. */
  readonly gracePeriodSeconds: number;
  /** Of the hook and the probes. */
  readonly port: number;
  /** More environment variables of the sidecar: its settings. */
  readonly settings: Readonly<Record<string, string>>;
}

export const SIDECAR_NAME = 'drain-wait';
/** Label or annotation: `disabled` on what is to be left alone, `enabled` on a namespace for the admission policy. */
export const INJECT_MARK = 'drain-wait/inject';
export const TOKEN_VOLUME_NAME = 'drain-wait-token';
export const HOOK_PORT = Number(SETTINGS.port.fallback);

/** What a platform engineer pastes into `image:` until they have a registry of their own. */
export function defaultImage(version: string): string {
  return `drain-wait:${version}`;
}

/**
 * The sidecar as every way of adding it makes it: `inject` from this function, the kustomize components, the chart and the
 * admission policy in words of their own, which a test holds against it. Why each line is there: docs/install.md.
 */
export function sidecarContainer({ kind, image, gracePeriodSeconds, port, settings }: SidecarOptions): V1Container {
  const probe = { httpGet: { path: '/readyz', port } };
  return {
    name: SIDECAR_NAME,
    image,
    ...(kind === 'native' ? { restartPolicy: 'Always' } : {}),
    ports: [{ containerPort: port }],
    env: [
      fromPod('DRAIN_WAIT_POD_NAME', 'metadata.name'),
      fromPod('DRAIN_WAIT_POD_NAMESPACE', 'metadata.namespace'),
      fromPod('DRAIN_WAIT_POD_UID', 'metadata.uid'),
      fromPod('DRAIN_WAIT_POD_IPS', 'status.podIPs'),
      { name: SETTINGS.gracePeriod.env, value: `${gracePeriodSeconds}s` },
      ...Object.entries(settings).map(([name, value]) => ({ name, value })),
    ],
    startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: probe,
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    securityContext: {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: TOKEN_VOLUME_NAME, mountPath: String(SETTINGS.serviceAccountDir.fallback), readOnly: true }],
  };
}

function fromPod(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/**
 * The sidecar's own token, at the standard place: it works in a pod with `automountServiceAccountToken: false`, and the application
 * gets none by it.
 */
export function tokenVolume(): V1Volume {
  return {
    name: TOKEN_VOLUME_NAME,
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3_600 } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      ],
    },
  };
}

/** The hook of each main container. The port is a number: a name would be looked up in the container that has the hook. */
export function preStopHook(port: number): NonNullable<V1Lifecycle['preStop']> {
  return { httpGet: { path: HOOK_PATH, port } };
}
