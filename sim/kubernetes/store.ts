import type { Clock } from '../../src/core/ports.ts';
import type { Timeline } from '../timeline.ts';
import { rfc3339 } from './builders.ts';
import { derive } from './derived.ts';
import type { Kind, KubernetesObject, ObjectsByKind, Pod } from './objects.ts';
import { markDeleted } from './pod-deletion.ts';
import { byName, nameOf, select } from './select.ts';

export interface Change {
  readonly type: 'added' | 'modified' | 'removed';
  /** As it is now, or as it was last. */
  readonly object: KubernetesObject;
}

/**
 * The objects of the embedded cluster. They are values: to change one, put a changed copy.
 *
 * EndpointSlices follow from the Services and Pods at every look, and have no changes of their own; a slice that was put
 * by hand takes the place of all derived ones of its Service, and where `slices` says `put` there are no derived ones.
 * So are the Namespaces that an object is in or that every cluster has, and the `default` ServiceAccounts, unless they were put.
 */
export interface Store {
  /** Adds or replaces; gives it the next resourceVersion, and returns it so. */
  put<T extends KubernetesObject>(object: T): T;
  /** Of TargetGroupBindings with the same name in both API groups, the one put first. */
  get<K extends Kind>(kind: K, namespace: string, name: string): ObjectsByKind[K] | undefined;
  /** In the order of namespace and name. Absent `namespace`: of all. */
  list<K extends Kind>(kind: K, namespace?: string): readonly ObjectsByKind[K][];
  /** Takes the object out at once, whatever its grace period. Absent `apiVersion`: from both API groups. */
  remove(kind: Kind, namespace: string, name: string, apiVersion?: string): void;
  /** Calls `listener` after each change, while `put`, `remove` or `deletePod` runs; returns the function that ends it. */
  onChange(listener: (change: Change) => void): () => void;
  /**
   * Deletes like the API server: sets deletionTimestamp and deletionGracePeriodSeconds (default: the spec's), a second
   * call may only shorten, and grace 0 removes the pod at once. Returns the pod as it is after that; undefined: no such pod.
   */
  deletePod(namespace: string, name: string, options?: DeletePodOptions): Pod | undefined;
  /** The kubelet's last word: all containers of the deleted pod have ended. Nothing where the name has another `uid` by now. */
  finalizePod(namespace: string, name: string, uid?: string): void;
  /** Of the last write to any object. */
  resourceVersion(): string;
  /** The API server's wall clock, `afterMs` from now. */
  timestamp(afterMs?: number): string;
}

export interface DeletePodOptions {
  readonly gracePeriodSeconds?: number;
}

export interface StoreOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  /** `put`: only those that somebody puts. Absent: `derived`. */
  readonly slices?: 'derived' | 'put';
}

export function createStore({ clock, timeline, slices = 'derived' }: StoreOptions): Store {
  const objects = new Map<string, KubernetesObject>();
  const listeners = new Set<(change: Change) => void>();
  const wallStart = Date.now() - clock.now();
  const wallNow = () => wallStart + clock.now();
  const createdAt = rfc3339(wallNow());
  let version = 0;

  function tell(change: Change): void {
    for (const listener of [...listeners]) listener(change);
  }

  const store: Store = {
    put(object) {
      const type = objects.has(keyOf(object)) ? 'modified' : 'added';
      version += 1;
      const written = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
      objects.set(keyOf(object), written);
      tell({ type, object: written });
      return written;
    },
    get(kind, namespace, name) {
      if (kind !== 'Pod') return store.list(kind, namespace).find(({ metadata }) => metadata.name === name);
      // Every change of a pod makes somebody look it up, and there may be thousands: no walk through all objects.
      const pod = objects.get(`v1 Pod ${namespace}/${name}`);
      return select(pod === undefined ? [] : [pod], kind)[0];
    },
    list(kind, namespace) {
      const stored = [...objects.values()];
      return select([...stored, ...derive(kind, stored, { slices, createdAt })], kind, namespace).toSorted(byName);
    },
    remove(kind, namespace, name, apiVersion) {
      for (const object of select([...objects.values()], kind, namespace)) {
        if (object.metadata.name !== name || (apiVersion ?? object.apiVersion) !== object.apiVersion) continue;
        objects.delete(keyOf(object));
        if (kind === 'Pod') timeline.record('api-server', 'pod removed', { pod: name, namespace });
        tell({ type: 'removed', object });
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    deletePod(namespace, name, { gracePeriodSeconds } = {}) {
      const pod = store.get('Pod', namespace, name);
      if (pod === undefined) return undefined;
      const deleted = markDeleted(pod, gracePeriodSeconds, wallNow());
      const grace = deleted.metadata.deletionGracePeriodSeconds;
      timeline.record('api-server', 'pod deleted', { pod: name, namespace, gracePeriodSeconds: grace });
      if (grace !== 0) return deleted === pod ? pod : store.put(deleted);
      store.remove('Pod', namespace, name);
      return deleted;
    },
    finalizePod(namespace, name, uid) {
      const pod = store.get('Pod', namespace, name);
      if (uid === undefined || uid === pod?.metadata.uid) store.remove('Pod', namespace, name);
    },
    resourceVersion: () => String(version),
    timestamp: (afterMs = 0) => rfc3339(wallNow() + afterMs),
  };
  return store;
}

/** Both API groups of TargetGroupBindings may have one of the same name; an Event is the same one in both of its own. */
function keyOf(object: KubernetesObject): string {
  return `${object.kind === 'Event' ? '' : object.apiVersion} ${object.kind} ${nameOf(object)}`;
}
