import { stringify } from 'yaml';
import { textOf } from '../workload/lint/place.ts';
import type { SubjectFacts } from './facts.ts';
import { known, type Subject } from './subject.ts';

/** What makes the pods, and can be patched by name. */
export interface Maker {
  readonly kind: 'deployment' | 'statefulset' | 'daemonset';
  readonly name: string;
}

const KINDS: Readonly<Record<string, Maker['kind']>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
};

/** Undefined for a pod of something else, and for one that nobody makes. */
export function makerOf({ pod: { metadata }, owner }: SubjectFacts): Maker | undefined {
  const controller = metadata?.ownerReferences?.find((each) => each.controller === true);
  const hash = metadata?.labels?.['pod-template-hash'];
  // A ReplicaSet with this label is a Deployment's; that of an Argo Rollout has a label of its own.
  if (controller?.kind === 'ReplicaSet' && hash !== undefined && controller.name.endsWith(`-${hash}`)) {
    return { kind: 'deployment', name: controller.name.slice(0, -hash.length - 1) };
  }
  const found = known(owner);
  const kind = KINDS[found?.kind ?? controller?.kind ?? ''];
  const name = found?.metadata?.name ?? controller?.name;
  return kind === undefined || name === undefined ? undefined : { kind, name };
}

export function kubectl({ namespace }: Subject, command: string): string {
  return `kubectl -n ${namespace} ${command}`;
}

/** The patch as one shell word. */
export function asWord(patch: object): string {
  return `'${JSON.stringify(patch).replaceAll("'", String.raw`'\''`)}'`;
}

/** A change of the pods: a command where something that can be patched makes them, else YAML for wherever they are written down. */
export function changeTemplate(subject: Subject, template: { readonly metadata?: object; readonly spec?: object }) {
  const maker = makerOf(subject.facts);
  if (maker === undefined)
    return `In the pod template:\n${stringify(template, withoutDirectives, { lineWidth: 0 }).trimEnd()}`;
  return kubectl(subject, `patch ${maker.kind} ${maker.name} --patch ${asWord({ spec: { template } })}`);
}

/** What a patch says to the API server has no place in a manifest. */
function withoutDirectives(key: unknown, value: unknown): unknown {
  return typeof key === 'string' && key.startsWith('$') ? undefined : value;
}

/** A change of the sidecar's container, and perhaps of more in the pod spec. */
export function changeSidecar(subject: Subject, container: object, more: object = {}): string {
  const list = subject.guarded.sidecar.kind === 'classic' ? 'containers' : 'initContainers';
  return changeTemplate(subject, { spec: { ...more, [list]: [{ name: sidecarName(subject), ...container }] } });
}

export function sidecarName({ guarded }: Subject): string {
  return textOf(guarded.sidecar.container, 'name') ?? '';
}

/** How to make the pods anew. */
export function restart(subject: Subject): string {
  const maker = makerOf(subject.facts);
  return maker === undefined
    ? kubectl(subject, `delete pod ${subject.name}   # whatever makes it makes it again`)
    : kubectl(subject, `rollout restart ${maker.kind}/${maker.name}`);
}

export function serviceAccountName({ spec }: Subject): string {
  return spec.serviceAccountName ?? spec.serviceAccount ?? 'default';
}

/** Where a person can look at what only the pod knows. */
export function fromInside(subject: Subject): string {
  return kubectl(subject, `exec ${subject.name} -c ${sidecarName(subject)} -- drain-wait doctor`);
}
