import type { KubernetesObject, TargetGroupBinding } from '../../sim/kubernetes/objects.ts';
import type { Store } from '../../sim/kubernetes/store.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { ApiServer } from './api-server.ts';
import { type RealPod, toBinding, toEndpointSlice, toPod, toService } from './sim-objects.ts';
import { type Listed, watch } from './watch.ts';

export interface MirrorOptions {
  readonly api: ApiServer;
  /** Gets what the real cluster has. It must not derive slices of its own. */
  readonly store: Store;
  readonly clock: Clock;
  readonly isWatched: (namespace: string) => boolean;
  readonly onPod: (pod: RealPod) => void;
  readonly onPodGone: (pod: RealPod) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Keeps the Pods, Services, EndpointSlices and TargetGroupBindings of a real cluster in a store of the embedded one. Resolves when all
 * that is there now is in it; rejects with an ApiServerError where it cannot be read. A CRD of the bindings may come later, or never.
 */
export async function startMirror(options: MirrorOptions): Promise<void> {
  const { onPod, onPodGone } = options;
  await Promise.all([
    mirror(options, '/api/v1/pods', toPod, { onChange: onPod, onGone: onPodGone }),
    mirror(options, '/api/v1/services', toService),
    mirror(options, '/apis/discovery.k8s.io/v1/endpointslices', toEndpointSlice),
    mirrorBindings(options, 'elbv2.k8s.aws/v1beta1'),
    mirrorBindings(options, 'eks.amazonaws.com/v1'),
  ]);
}

function mirrorBindings(options: MirrorOptions, apiVersion: TargetGroupBinding['apiVersion']): Promise<void> {
  const toObject = (binding: TargetGroupBinding) => toBinding(binding, apiVersion);
  return mirror(options, `/apis/${apiVersion}/targetgroupbindings`, toObject, { optional: true });
}

interface More<Item> {
  readonly optional?: boolean;
  /** Told before the store is. */
  readonly onChange?: (object: Item) => void;
  readonly onGone?: (object: Item) => void;
}

function mirror<Item extends Listed>(
  { api, store, clock, isWatched, signal }: MirrorOptions,
  path: string,
  toObject: (item: Item) => KubernetesObject,
  { optional = false, onChange = () => {}, onGone = () => {} }: More<Item> = {},
): Promise<void> {
  const wherever = (act: (item: Item) => void) => (item: Item) => {
    if (isWatched(item.metadata.namespace)) act(item);
  };
  return watch<Item>({
    api,
    clock,
    path,
    optional,
    signal,
    onChange: wherever((item) => {
      onChange(item);
      store.put(toObject(item));
    }),
    onGone: wherever((item) => {
      onGone(item);
      const { kind, apiVersion, metadata } = toObject(item);
      store.remove(kind, metadata.namespace, metadata.name, apiVersion);
    }),
  });
}
