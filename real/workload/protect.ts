import { SIDECAR_NAME, type SidecarKind } from '../../src/workload/sidecar.ts';
import type { Kubectl } from '../kubectl.ts';
import { kustomize } from './kustomize.ts';

export interface Protection {
  readonly sidecar: SidecarKind;
  /** Absent: that of the component. */
  readonly gracePeriodSeconds?: number;
  /** More environment variables of the sidecar, as in a manifest. */
  readonly env?: readonly object[];
  /** Indexes of further containers that get the hook, which the component cannot know. */
  readonly alsoHook?: readonly number[];
}

/** What has a pod template. */
export interface Workload {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
}

/** A workload with the shipped component, as a user's kustomization has it: `kubectl apply` takes what it resolves with. */
export function protect(kubectl: Kubectl, workload: Workload, protection: Protection): Promise<string> {
  const { apiVersion, kind, metadata } = workload;
  const target = { kind, name: metadata?.name };
  const patch = { apiVersion, kind, metadata, spec: { template: { spec: podPatch(protection) } } };
  const hooks = (protection.alsoHook ?? []).map((index) => ({
    op: 'add',
    path: `/spec/template/spec/containers/${index}/lifecycle`,
    value: { preStop: { httpGet: { path: '/prestop', port: 9787 } } },
  }));
  return kustomize(kubectl, {
    objects: [workload],
    components: [`components/sidecar-${protection.sidecar}`],
    patches: [
      { patch: JSON.stringify(patch) },
      ...(hooks.length > 0 ? [{ target, patch: JSON.stringify(hooks) }] : []),
    ],
  });
}

/** What the user changes of what the component has made. */
function podPatch({ sidecar, gracePeriodSeconds, env = [] }: Protection) {
  const container = {
    name: SIDECAR_NAME,
    env: [
      ...env,
      ...(gracePeriodSeconds === undefined
        ? []
        : [{ name: 'DRAIN_WAIT_GRACE_PERIOD', value: `${gracePeriodSeconds}s` }]),
    ],
  };
  return {
    ...(gracePeriodSeconds === undefined ? {} : { terminationGracePeriodSeconds: gracePeriodSeconds }),
    ...(sidecar === 'native' ? { initContainers: [container] } : { containers: [container] }),
  };
}
