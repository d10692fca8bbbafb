import { podSpecPath } from '../manifests.ts';
import { SIDECAR_NAME, type SidecarKind } from '../sidecar.ts';
import { type Settings, settingsOf, variablesOf } from './environment.ts';
import { besides, mayShareNamespace, ofKind } from './objects.ts';
import { at, entriesOf, isThere, itemsOf, type Place, textOf } from './place.ts';
import { type Route, routesTo } from './routes/routes.ts';

/** The sidecar in a pod. */
export interface Sidecar {
  readonly container: Place;
  /** `init`: an init container that does not go on, because it has no `restartPolicy: Always`. */
  readonly kind: SidecarKind | 'init';
  readonly settings: Settings;
}

/** Something that makes pods, or a pod. */
export interface Workload {
  readonly object: Place;
  /** Of its pods: labels and annotations are in its metadata. */
  readonly template: Place;
  readonly podSpec: Place;
  /** The containers that serve, without the sidecar. */
  readonly mains: readonly Place[];
  readonly sidecar: Sidecar | undefined;
  /** The Services of the input that select its pods. */
  readonly services: readonly Place[];
  /** The ways from a load balancer to its pods that the input shows. */
  readonly routes: readonly Route[];
}

/** A workload with a sidecar: what most rules are about. */
export type Guarded = Workload & { readonly sidecar: Sidecar };

/** Absent where the object makes no pods, or is no more than a patch for one. */
export function toWorkload(object: Place, objects: readonly Place[]): Workload | undefined {
  const path = podSpecPath(object.source.manifest.kind);
  if (path === undefined) return undefined;
  const template = at(object, ...path.slice(0, -1));
  const podSpec = at(object, ...path);
  const containers = itemsOf(podSpec, 'containers');
  // A patch of kustomize names only what it changes.
  if (!containers.some((container) => isThere(container, 'image'))) return undefined;
  const neighbours = besides(objects, object);
  const sidecar = findSidecar(podSpec, neighbours);
  const services = ofKind(neighbours, 'Service').filter((service) => selects(service, template));
  return {
    object,
    template,
    podSpec,
    mains: containers.filter(({ path }) => path.join() !== sidecar?.container.path.join()),
    sidecar,
    services,
    routes: services.flatMap((service) => routesTo(service, objects)),
  };
}

function findSidecar(podSpec: Place, objects: readonly Place[]): Sidecar | undefined {
  const all = [...itemsOf(podSpec, 'initContainers'), ...itemsOf(podSpec, 'containers')];
  const container =
    all.find((each) => textOf(each, 'name') === SIDECAR_NAME) ?? all.find((each) => isOurs(each, objects));
  if (container === undefined) return undefined;
  return { container, kind: kindOf(container), settings: settingsOf(container, objects) };
}

/** As the sidecar knows itself in the pod spec: by its settings. */
function isOurs(container: Place, objects: readonly Place[]): boolean {
  return variablesOf(container, objects).some(({ name }) => name.startsWith('DRAIN_WAIT_'));
}

function kindOf(container: Place): Sidecar['kind'] {
  if (!container.path.includes('initContainers')) return 'classic';
  return textOf(container, 'restartPolicy') === 'Always' ? 'native' : 'init';
}

function selects(service: Place, template: Place): boolean {
  const selector = Object.entries(entriesOf(service, 'spec', 'selector'));
  const labels = entriesOf(template, 'metadata', 'labels');
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** Name and namespace of the service account of its pods. */
export function serviceAccountOf({ object, podSpec }: Workload): { readonly name: string; readonly namespace: string } {
  const name = textOf(podSpec, 'serviceAccountName') ?? textOf(podSpec, 'serviceAccount');
  return { name: name ?? 'default', namespace: object.source.manifest.namespace };
}

/** The ServiceAccount of its pods; undefined where the input has none. */
export function serviceAccountIn(objects: readonly Place[], workload: Workload): Place | undefined {
  const { name, namespace } = serviceAccountOf(workload);
  return ofKind(objects, 'ServiceAccount').find(
    ({ source: { manifest } }) => manifest.name === name && mayShareNamespace(manifest.namespace, namespace),
  );
}
