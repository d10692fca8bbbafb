import type { Check, Found } from '../check.ts';
import { known, type Subject } from '../subject.ts';

/** The AWS Load Balancer Controller, without which nobody deregisters a pod. */
export const controller: Check = {
  id: 'controller',
  levels: ['ok', 'note', 'unknown', 'problem'],
  finds: 'an AWS Load Balancer Controller that does not run',
  why: 'Nobody deregisters a deleted pod, so every hold ends at its deadline, and requests fail after it.',
  fix: 'Start it, or look why it does not start.',
  look: (subject) => {
    if (!subject.isFirst) return [];
    const { controller: learned } = subject.cluster;
    const groups = known(subject.cluster.bindingGroups) ?? [];
    const autoMode: readonly Found[] = groups.includes('eks.amazonaws.com')
      ? [{ level: 'note', message: 'EKS Auto Mode: AWS runs a controller of its own, which cannot be looked at' }]
      : [];
    if (learned.kind === 'unknown') {
      return [...autoMode, { level: 'unknown', message: `the load balancer controller: ${learned.why}` }];
    }
    const deployment = learned.value;
    if (deployment === undefined) return autoMode.length > 0 || groups.length === 0 ? autoMode : [notFound()];
    const { name, namespace } = deployment.metadata ?? {};
    const running = deployment.status?.availableReplicas ?? 0;
    if (running > 0) {
      return [...autoMode, { level: 'ok', message: `${namespace}/${name} runs: ${imageOf(deployment)}` }];
    }
    const wanted = deployment.spec?.replicas ?? 1;
    const message = `${namespace}/${name} does not run: 0 of ${wanted} replicas are available`;
    const fix =
      wanted === 0
        ? `kubectl -n ${namespace} scale deployment/${name} --replicas 2`
        : `kubectl -n ${namespace} describe deployment/${name}`;
    return [...autoMode, { level: 'problem', message, fix }];
  },
};

function notFound(): Found {
  const message =
    'no Deployment has the label app.kubernetes.io/name=aws-load-balancer-controller, so its version cannot be seen';
  return { level: 'unknown', message };
}

type Deployment = NonNullable<Extract<Subject['cluster']['controller'], { readonly kind: 'known' }>['value']>;

function imageOf({ spec }: Deployment): string {
  const containers = spec?.template.spec?.containers ?? [];
  return (
    containers.map(({ image }) => image).find((image) => image?.includes('load-balancer') === true) ??
    containers[0]?.image ??
    ''
  );
}

/** Its calls a second were cut to a fifth before that (kubernetes-sigs/aws-load-balancer-controller 312f2becd). */
const FULL_RATE_SINCE = [3, 2, 0];

/** Before that it was the ALB Ingress Controller, which has no TargetGroupBindings (its guide "Migrate from v1 to v2"). */
const BINDINGS_SINCE = [2, 0, 0];

export const controllerVersion: Check = {
  id: 'controller-version',
  levels: ['note', 'problem'],
  finds: 'a load balancer controller without TargetGroupBindings (before v2.0.0)',
  why: 'The sidecar finds its targets by TargetGroupBindings, and this version makes none.',
  fix: 'Bring the controller up to date, or name the target groups by the annotation drain-wait/target-groups.',
  look: ({ cluster, isFirst }) => {
    const deployment = known(cluster.controller);
    const version = deployment === undefined ? undefined : versionOf(imageOf(deployment));
    if (!isFirst || version === undefined) return [];
    const words = `the controller is v${version.join('.')}`;
    if (isBefore(version, BINDINGS_SINCE))
      return [{ level: 'problem', message: `${words}, which makes no TargetGroupBindings` }];
    if (!isBefore(version, FULL_RATE_SINCE)) return [];
    const message = `${words}: before v3.2.0 it keeps itself to 10 Describe calls a second, so on a busy cluster it deregisters later`;
    return [{ level: 'note', message }];
  },
};

/** `…/aws-load-balancer-controller:v2.8.1` → [2, 8, 1]; undefined where the tag is no version. */
function versionOf(image: string): readonly number[] | undefined {
  const [, major, minor, patch] = /:v?(\d+)\.(\d+)\.(\d+)(?=$|[-+@])/.exec(image) ?? [];
  return major === undefined ? undefined : [major, minor, patch].map(Number);
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  const at = version.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (version[at] ?? 0) < (other[at] ?? 0);
}
