import type { V1EndpointSlice, V1Pod, V1Service } from '@kubernetes/client-node';
import type { Json } from '../../core/json.ts';
import type { BindingApiGroup } from '../../core/ports.ts';
import type { BindingObject, Learned } from '../facts.ts';
import { explainKubernetes, firstUnknown, known, learn, type Unknown } from './learn.ts';
import { nameOf } from './pods.ts';
import type { View } from './view.ts';

const GROUPS: readonly BindingApiGroup[] = ['elbv2.k8s.aws', 'eks.amazonaws.com'];

/** What leads to the pods of a namespace. */
export interface NamespaceObjects {
  readonly bindingGroups: Learned<readonly BindingApiGroup[]>;
  readonly bindings: Learned<readonly BindingObject[]>;
  readonly services: Learned<readonly Json<V1Service>[]>;
  readonly slices: Learned<readonly Json<V1EndpointSlice>[]>;
  /** Whether a Service that is behind a TargetGroupBinding selects the pod. */
  readonly isBound: (pod: Json<V1Pod>) => boolean;
  /** What was really read, by the resource. */
  readonly reads: ReadonlyMap<string, Learned<unknown>>;
}

/** Reads them, one after the other. */
export async function readNamespace(view: View, namespace: string): Promise<NamespaceObjects> {
  const lists = new Map<BindingApiGroup, Learned<readonly BindingObject[]>>();
  for (const group of GROUPS) lists.set(group, await readBindings(view, namespace, group));
  const bindings = joined([...lists.values()].filter((list) => !isMissing(list)));
  const bound = [...new Set(items(bindings).map(({ spec }) => spec.serviceRef.name))];
  const single = view.from === 'inside' ? await readServices(view, namespace, bound) : [];
  const services =
    view.from === 'inside'
      ? joined([bindings.kind === 'unknown' ? bindings : known([]), ...single])
      : await listServices(view, namespace);
  const slices = await readSlices(view, namespace, bindings, bound);
  const boundServices = items(services).filter((service) => bound.includes(nameOf(service)));
  return {
    bindingGroups: installed(lists),
    bindings,
    services,
    slices,
    isBound: (pod) => boundServices.some((service) => selects(service, pod)),
    reads: new Map<string, Learned<unknown>>([
      ...[...lists].map(
        ([group, list]) => [`targetgroupbindings.${group}`, isMissing(list) ? known([]) : list] as const,
      ),
      ...single.slice(0, 1).map((service) => ['services', service] as const),
      ...(bound.length > 0 ? [['endpointslices.discovery.k8s.io', slices] as const] : []),
    ]),
  };
}

/** The same where the API gives no answer. */
export function unreadNamespace(why: Unknown): NamespaceObjects {
  return { bindingGroups: why, bindings: why, services: why, slices: why, isBound: () => false, reads: new Map() };
}

async function readBindings(
  { from, ports, signal }: View,
  namespace: string,
  group: BindingApiGroup,
): Promise<Learned<readonly BindingObject[]>> {
  const resource = `targetgroupbindings.${group}` as const;
  return await learn(ports.inspection.list(resource, namespace, '', signal), explainKubernetes(from));
}

/** The CRD is not installed: this cluster has no such controller. */
function isMissing(list: Learned<unknown>): boolean {
  return list.kind === 'unknown' && list.because === 'not-found';
}

function installed(lists: ReadonlyMap<BindingApiGroup, Learned<unknown>>): NamespaceObjects['bindingGroups'] {
  const hidden = firstUnknown(...[...lists.values()].filter((list) => !isMissing(list)));
  return hidden ?? known(GROUPS.filter((group) => lists.get(group)?.kind === 'known'));
}

/** Those of all lists that are known; unknown where one is not. */
function joined<T>(lists: readonly Learned<readonly T[]>[]): Learned<readonly T[]> {
  return firstUnknown(...lists) ?? known(lists.flatMap((list) => items(list)));
}

function items<T>(list: Learned<readonly T[]>): readonly T[] {
  return list.kind === 'known' ? list.value : [];
}

async function listServices({ from, ports, signal }: View, namespace: string): Promise<NamespaceObjects['services']> {
  return await learn(ports.inspection.list('services', namespace, '', signal), explainKubernetes(from));
}

/** Inside, the Role gives single ones only. A binding may name one that does not exist. */
async function readServices(
  { from, ports, signal }: View,
  namespace: string,
  names: readonly string[],
): Promise<readonly NamespaceObjects['services'][]> {
  const found: NamespaceObjects['services'][] = [];
  for (const name of names) {
    const service = await learn(ports.inspection.get('services', namespace, name, signal), explainKubernetes(from));
    if (service.kind === 'known') found.push(known([service.value]));
    else found.push(isMissing(service) ? known([]) : service);
  }
  return found;
}

async function readSlices(
  { from, ports, signal }: View,
  namespace: string,
  bindings: Learned<unknown>,
  services: readonly string[],
): Promise<NamespaceObjects['slices']> {
  if (bindings.kind === 'unknown') return bindings;
  if (services.length === 0) return known([]);
  return await learn(ports.inspection.listSlices(namespace, services, signal), explainKubernetes(from));
}

function selects({ spec }: Json<V1Service>, { metadata }: Json<V1Pod>): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  return selector.length > 0 && selector.every(([key, value]) => metadata?.labels?.[key] === value);
}
