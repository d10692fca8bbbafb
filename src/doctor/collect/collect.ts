import { toApiError } from '../../core/errors.ts';
import type { PodRef } from '../../core/ports.ts';
import { SETTINGS } from '../../settings.ts';
import type { ClusterFacts, Facts, SubjectFacts } from '../facts.ts';
import { createAccountReader } from './aws.ts';
import { readCluster } from './cluster.ts';
import { explainKubernetes, failed, isSilent, learn, type Unknown } from './learn.ts';
import { type NamespaceObjects, readNamespace, unreadNamespace } from './namespace.ts';
import { nameOf, type PodGroup } from './pods.ts';
import type { DoctorPorts } from './ports.ts';
import { type Environment, filled } from './sidecar.ts';
import { readSubject } from './subject.ts';
import { choosePods, type Target, unreachable } from './subjects.ts';
import type { View } from './view.ts';

export interface Request {
  /** Absent, with no namespace: the own pod inside of a sidecar, else everything in the namespace of the context. */
  readonly target: Target | undefined;
  readonly namespace: string | undefined;
  readonly lagMs: number;
}

export type Collected =
  | { readonly kind: 'facts'; readonly facts: Facts }
  /** Nothing to look at: why, and what to do. */
  | { readonly kind: 'nothing'; readonly problem: string };

/** Finds out everything that the checks want to know. Reads only; one call after the other. Never rejects for what an API says. */
export async function collectFacts(request: Request, ports: DoctorPorts, signal: AbortSignal): Promise<Collected> {
  const own = ownPod(request, ports.env);
  return own === undefined
    ? await fromOutside(request, { from: 'outside', ports, signal })
    : await fromInside(request, own, { from: 'inside', ports, signal });
}

/** The pod whose sidecar this is, where nobody else is asked for. */
function ownPod({ target, namespace }: Request, env: Environment): PodRef | undefined {
  const name = filled(env, SETTINGS.podName.env);
  const home = filled(env, SETTINGS.podNamespace.env);
  if (name === undefined || home === undefined) return undefined;
  const isMeant = target === undefined ? namespace === undefined : target.kind === 'pod' && target.name === name;
  if (!isMeant || (namespace ?? home) !== home) return undefined;
  return { namespace: home, name, uid: filled(env, SETTINGS.podUid.env), ips: ownIps(env) };
}

function ownIps(env: Environment): readonly string[] {
  try {
    return SETTINGS.podIps.parse(filled(env, SETTINGS.podIps.env) ?? '');
  } catch {
    // Empty or wrong: then the pod's status tells.
    return [];
  }
}

async function fromInside({ lagMs }: Request, ref: PodRef, view: View): Promise<Collected> {
  const { ports, signal } = view;
  ports.progress(`pod ${ref.namespace}/${ref.name}`);
  const read = await ports.inspection.get('pods', ref.namespace, ref.name, signal).catch((error: unknown): Unknown => {
    return failed(toApiError(error, 'get pods'), explainKubernetes('inside'));
  });
  const unread = isUnknown(read) ? read : undefined;
  const pod = isUnknown(read) ? podOf(ref) : read;
  const objects = isSilent(unread) ? unreadNamespace(unread) : await readNamespace(view, ref.namespace);
  const group = { pod, alike: [ref.name], ref, objects, aws: createAccountReader(view) };
  const subject = await readSubject(view, unread === undefined ? group : { ...group, unread });
  const cluster = await readCluster(view, objects);
  return { kind: 'facts', facts: { from: 'inside', lagMs, cluster, subjects: [subject] } };
}

function isUnknown(read: object): read is Unknown {
  return 'why' in read;
}

/** What the downward API gives. */
function podOf({ namespace, name, uid, ips }: PodRef): SubjectFacts['pod'] {
  return {
    metadata: { namespace, name, ...(uid === undefined ? {} : { uid }) },
    status: { podIPs: ips.map((ip) => ({ ip })) },
  };
}

async function fromOutside({ target, namespace: named, lagMs }: Request, view: View): Promise<Collected> {
  const home = await learn(view.ports.inspection.logIn(), ({ message }) => message);
  if (home.kind === 'unknown') return { kind: 'nothing', problem: unreachable(home.why, named) };
  const namespace = named ?? home.value;
  view.ports.progress(`namespace ${namespace}`);
  let reading: Promise<NamespaceObjects> | undefined;
  const objects = () => {
    reading ??= readNamespace(view, namespace);
    return reading;
  };
  const choice = await choosePods(view, namespace, target, objects);
  if (choice.kind === 'nothing') return choice;
  const subjects = await readSubjects(view, choice.groups, namespace, await objects());
  const cluster: ClusterFacts = await readCluster(view, await objects());
  return { kind: 'facts', facts: { from: 'outside', lagMs, cluster, subjects } };
}

async function readSubjects(
  view: View,
  groups: readonly PodGroup[],
  namespace: string,
  objects: NamespaceObjects,
): Promise<readonly SubjectFacts[]> {
  const aws = createAccountReader(view);
  const subjects: SubjectFacts[] = [];
  for (const group of groups) {
    const ref = { namespace, name: nameOf(group.pod), uid: group.pod.metadata?.uid, ips: [] };
    subjects.push(await readSubject(view, { ...group, ref, objects, aws }));
  }
  return subjects;
}
