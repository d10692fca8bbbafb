import type { V1Deployment } from '@kubernetes/client-node';
import type { Json } from '../../core/json.ts';
import type { ClusterFacts } from '../facts.ts';
import { explainKubernetes, isSilent, known, learn, unasked } from './learn.ts';
import type { NamespaceObjects } from './namespace.ts';
import type { View } from './view.ts';

/** As its chart and its plain manifests label it. */
const CONTROLLER = 'app.kubernetes.io/name=aws-load-balancer-controller';
const CONTROLLER_NAMESPACE = 'kube-system';

export async function readCluster(
  view: View,
  { bindingGroups }: Pick<NamespaceObjects, 'bindingGroups'>,
): Promise<ClusterFacts> {
  const { from, ports, signal } = view;
  // Asked again it would be waited for again.
  if (bindingGroups.kind === 'unknown' && isSilent(bindingGroups)) {
    return { version: bindingGroups, bindingGroups, controller: bindingGroups };
  }
  const version = await learn(ports.inspection.version(signal), explainKubernetes(from));
  return { version, bindingGroups, controller: await findController(view) };
}

/** In all namespaces, or where these may not be listed, in the one that it usually is in. */
async function findController({ from, ports, signal }: View): Promise<ClusterFacts['controller']> {
  if (from === 'inside') {
    return unasked(
      'the Role of the pod gives no more than a hold needs; run drain-wait doctor from a laptop to see the controller',
    );
  }
  const explain = explainKubernetes(from);
  const list = (namespace: string) =>
    learn(ports.inspection.list('deployments.apps', namespace, CONTROLLER, signal), explain);
  const everywhere = await list('');
  if (everywhere.kind === 'known') return known(pick(everywhere.value));
  if (everywhere.because !== 'denied') return everywhere;
  const usual = await list(CONTROLLER_NAMESPACE);
  const found = usual.kind === 'known' ? pick(usual.value) : undefined;
  return found === undefined ? everywhere : known(found);
}

/** The one that works, where several have the label. */
function pick(found: readonly Json<V1Deployment>[]): Json<V1Deployment> | undefined {
  return found.find(({ status }) => (status?.readyReplicas ?? 0) > 0) ?? found[0];
}
