import { setTimeout as sleep } from 'node:timers/promises';
import type { V1EnvVar } from '@kubernetes/client-node';
import type { TargetGroup } from '../sim/aws/target-group.ts';
import type { Pod } from '../sim/kubernetes/objects.ts';
import type { AwsSide } from './aws-side.ts';
import { type Fate, fateOf } from './fate.ts';
import type { Kubectl } from './kubectl.ts';
import { bindTargetGroup, type RealBound } from './workload/bind-target-group.ts';
import { kustomize } from './workload/kustomize.ts';
import { type Protection, protect, type Workload } from './workload/protect.ts';
import { PROGRAM_MAP } from './workload/web.ts';

const LOOK_MS = 100;
const LONGEST_WAIT_MS = 240_000;

/** One namespace of a real cluster, and what it has in AWS. */
export interface RealNamespace {
  readonly name: string;
  /** kubectl in this namespace. */
  readonly kubectl: Kubectl;
  /** Applies manifests, as YAML or as objects; the server checks every field. */
  apply(manifests: string | readonly object[]): Promise<void>;
  /** A target group with its Service and TargetGroupBinding, all of the name `name`; the Service selects `app: web`. */
  addTargetGroup(name?: string, options?: RealBound): Promise<TargetGroup>;
  /** A workload with the shipped component, native unless told otherwise. */
  applyProtected(workload: Workload, protection?: Partial<Protection>): Promise<void>;
  /** AWS as the environment of a sidecar: every pod signs its calls with its name as access key. */
  readonly awsEnv: readonly V1EnvVar[];
  /** The pods with this label `app`, those that are being deleted as well. Absent: all. */
  pods(app?: string): readonly Pod[];
  /** Resolves when so many targets of the group get requests, and so many pods are Ready. */
  ready(group: TargetGroup, targets: number): Promise<void>;
  /** Resolves with the value of `look` as soon as it is not undefined. @throws where that takes too long. */
  until<Value>(what: string, look: () => Value | undefined): Promise<Value>;
  /** Resolves when the pod has ended, with what became of it. */
  fate(pod: Pod): Promise<Fate>;
  /** As `fate`, when besides no load balancer sends it requests any more: a pod that is let go too early ends before that. */
  fateAfterRouting(pod: Pod): Promise<Fate>;
  remove(): Promise<void>;
}

export interface RealNamespaceOptions {
  readonly name: string;
  readonly kubectl: Kubectl;
  readonly aws: AwsSide;
  /** Source of the web application. */
  readonly program: string;
}

/** With the shipped Role for its default service account, and the program of the web application. */
export async function createNamespace(options: RealNamespaceOptions): Promise<RealNamespace> {
  const { name, aws, program } = options;
  const { store, timeline } = aws;
  const kubectl: Kubectl = (args, input) => options.kubectl([`--namespace=${name}`, ...args], input);

  async function apply(manifests: string | readonly object[]): Promise<void> {
    const text =
      typeof manifests === 'string' ? manifests : manifests.map((one) => JSON.stringify(one)).join('\n---\n');
    await kubectl(['apply', '--server-side', '--filename=-'], text);
  }

  async function until<Value>(what: string, look: () => Value | undefined): Promise<Value> {
    const giveUpAt = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const value = look();
      if (value !== undefined) return value;
      if (Date.now() > giveUpAt) throw new Error(`Waited ${LONGEST_WAIT_MS / 1_000} s in vain until ${what}`);
      await sleep(LOOK_MS);
    }
  }

  async function fate(pod: Pod): Promise<Fate> {
    await until(`pod ${pod.metadata.name} has ended`, () =>
      timeline.moments.find(({ what, fields }) => what === 'pod ended' && fields['uid'] === pod.metadata.uid),
    );
    return fateOf(aws, pod);
  }

  const awsEnv = [
    { name: 'AWS_REGION', value: 'eu-west-1' },
    { name: 'AWS_ENDPOINT_URL', value: aws.aws.url },
    { name: 'AWS_ACCESS_KEY_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'AWS_SECRET_ACCESS_KEY', value: 'simulated' },
  ];
  const pods = (app?: string) =>
    store.list('Pod', name).filter(({ metadata }) => app === undefined || metadata.labels['app'] === app);

  await kubectl(['create', 'namespace', name]);
  await apply([
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: PROGRAM_MAP }, data: { 'web-app.ts': program } },
  ]);
  await apply(await kustomize(kubectl, { namespace: name, resources: ['base'] }));
  return {
    name,
    kubectl,
    apply,
    until,
    awsEnv,
    pods,
    addTargetGroup: (group = 'web', bound = {}) => bindTargetGroup({ namespace: name, name: group, bound, aws, apply }),
    async applyProtected(workload, { sidecar = 'native', env = [], ...rest } = {}) {
      await apply(await protect(kubectl, workload, { sidecar, env: [...awsEnv, ...env], ...rest }));
    },
    async ready(group, targets) {
      await until(`${targets} targets of ${group.name} get requests`, () =>
        aws.elbv2.routable(group.arn).length === targets ? true : undefined,
      );
    },
    fate,
    async fateAfterRouting(pod) {
      await until(`pod ${pod.metadata.name} is sent requests no more`, () => fateOf(aws, pod).routedUntilMs);
      return await fate(pod);
    },
    async remove() {
      await kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
    },
  };
}
