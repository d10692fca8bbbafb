import { annotationAt, annotationsOf } from '../objects.ts';
import { type Place, textOf } from '../place.ts';
import { delayIn } from './delay.ts';
import type { Route } from './routes.ts';

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
const AUTO_MODE = 'eks.amazonaws.com/nlb';

/** A Service of type LoadBalancer for which the controller makes an NLB. */
export function serviceRoutes(service: Place): readonly Route[] {
  if (textOf(service, 'spec', 'type') !== 'LoadBalancer' || !isNlb(service)) return [];
  const targetType = `${PREFIX}nlb-target-type`;
  return [
    {
      object: service,
      service,
      loadBalancer: 'nlb',
      targetType: { at: annotationAt(service, targetType), value: targetTypeOf(service, targetType) },
      delay: delayIn([service], `${PREFIX}target-group-attributes`),
    },
  ];
}

function isNlb(service: Place): boolean {
  const loadBalancerClass = textOf(service, 'spec', 'loadBalancerClass');
  if (loadBalancerClass !== undefined)
    return loadBalancerClass === 'service.k8s.aws/nlb' || loadBalancerClass === AUTO_MODE;
  return Object.keys(annotationsOf(service)).some((name) => name.startsWith(PREFIX));
}

/** Without an annotation it is `instance` (AWS Load Balancer Controller), and in EKS Auto Mode for the cluster to say. */
function targetTypeOf(service: Place, annotation: string): string | undefined {
  const annotations = annotationsOf(service);
  if (annotations[annotation] !== undefined) return annotations[annotation];
  if (annotations[`${PREFIX}type`] === 'nlb-ip') return 'ip';
  return textOf(service, 'spec', 'loadBalancerClass') === AUTO_MODE ? undefined : 'instance';
}
