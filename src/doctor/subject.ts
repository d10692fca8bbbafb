import type { BindingApiGroup } from '../core/ports.ts';
import type { SettingName, SettingValues } from '../settings.ts';
import { settingValue } from '../workload/lint/environment.ts';
import { type Inventory, takeInventory } from '../workload/lint/inventory.ts';
import type { Guarded } from '../workload/lint/workload.ts';
import { parseManifests } from '../workload/manifests.ts';
import type { BindingObject, ClusterFacts, Facts, Learned, SubjectFacts } from './facts.ts';

export type PodSpec = NonNullable<SubjectFacts['pod']['spec']>;

/** A pod and what is known around it, as the checks look at it. */
export interface Subject {
  readonly facts: SubjectFacts;
  readonly cluster: ClusterFacts;
  readonly from: Facts['from'];
  /** In ms. */
  readonly lagMs: number;
  /** What is about the whole cluster stands with the first subject only. */
  readonly isFirst: boolean;
  readonly namespace: string;
  readonly name: string;
  readonly spec: PodSpec;
  /** The live pod, its Services and TargetGroupBindings, as manifests: what the rules of lint look at. */
  readonly inventory: Inventory;
  /** The same with the owner in the place of the pod. */
  readonly ownerInventory: Inventory;
  /** The pod in the inventory. */
  readonly guarded: Guarded;
}

/** Undefined where the pod has no sidecar. */
export function toSubject(facts: Facts, subject: SubjectFacts, spec: PodSpec): Subject | undefined {
  const { from, lagMs, cluster } = facts;
  const { metadata } = subject.pod;
  const around = surroundings(subject);
  const inventory = inventoryOf([asPod(subject, spec), ...around], lagMs);
  const [guarded] = inventory.guarded;
  if (guarded === undefined) return undefined;
  return {
    facts: subject,
    cluster,
    from,
    lagMs,
    isFirst: facts.subjects[0] === subject,
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    spec,
    inventory,
    ownerInventory: inventoryOf([...asOwner(subject), ...around], lagMs),
    guarded,
  };
}

/** What is known; undefined where it is not. */
export function known<T>(learned: Learned<T>): T | undefined {
  return learned.kind === 'known' ? learned.value : undefined;
}

/** A setting of the sidecar, as the pod spec gives it. */
export function settingOf<Name extends SettingName>({ guarded }: Subject, name: Name): SettingValues[Name] {
  return settingValue(guarded.sidecar.settings, name);
}

export function groupOf({ apiVersion }: BindingObject): BindingApiGroup {
  return apiVersion.startsWith('eks.amazonaws.com/') ? 'eks.amazonaws.com' : 'elbv2.k8s.aws';
}

/** The Service of a TargetGroupBinding; undefined where there is none, or it is not known. */
export function serviceOf({ facts }: Subject, binding: BindingObject) {
  return known(facts.services)?.find(({ metadata }) => metadata?.name === binding.spec.serviceRef.name);
}

/** Whether a Service selects the pod. One without a selector selects nothing. */
export function selects(
  service: { readonly spec?: { readonly selector?: Readonly<Record<string, string>> } },
  { pod }: SubjectFacts,
): boolean {
  const selector = Object.entries(service.spec?.selector ?? {});
  const labels = pod.metadata?.labels ?? {};
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** The TargetGroupBindings whose Services select the pod, whatever their target type. */
export function bindingsOf(subject: Subject): readonly BindingObject[] {
  return (known(subject.facts.bindings) ?? []).filter((binding) => {
    const service = serviceOf(subject, binding);
    return service !== undefined && selects(service, subject.facts);
  });
}

/** Of a condition of the pod; undefined where it has none of this type. */
export function conditionOf({ pod }: SubjectFacts, type: string) {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** JSON is YAML. */
function inventoryOf(objects: readonly object[], lagMs: number): Inventory {
  const files = objects.map((object) => parseManifests('cluster', JSON.stringify(object)));
  return takeInventory(files, { lagMs, loadBalancer: undefined });
}

function asPod({ pod: { metadata } }: SubjectFacts, spec: PodSpec) {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: withImages(spec) };
}

function asOwner({ owner: learned }: SubjectFacts): readonly object[] {
  const owner = known(learned);
  const template = owner?.spec?.template;
  if (owner?.spec === undefined || template === undefined) return [];
  const spec = { ...owner.spec, template: { ...template, ...(template.spec && { spec: withImages(template.spec) }) } };
  return [{ apiVersion: 'apps/v1', kind: 'Deployment', ...owner, spec }];
}

/** Lint takes a container without an image for a patch; a live one always has one. */
function withImages(spec: PodSpec): PodSpec {
  const named = <Container extends { image?: string }>(containers: Container[]) =>
    containers.map((each) => ({ ...each, image: each.image ?? 'unknown' }));
  return {
    ...spec,
    containers: named(spec.containers),
    ...(spec.initContainers && { initContainers: named(spec.initContainers) }),
  };
}

/** Of a live Service only what matters to a TargetGroupBinding: its annotations have become one already. */
function surroundings(subject: SubjectFacts): readonly object[] {
  const services = (known(subject.services) ?? []).map(({ metadata, spec }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      selector: spec?.selector,
      clusterIP: spec?.clusterIP,
      publishNotReadyAddresses: spec?.publishNotReadyAddresses,
    },
  }));
  const bindings = (known(subject.bindings) ?? []).map((binding) => ({ ...binding, kind: 'TargetGroupBinding' }));
  return [...services, ...bindings];
}
