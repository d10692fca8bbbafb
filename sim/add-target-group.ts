import type { TargetGroup, TargetGroupOptions } from './aws/target-group.ts';
import type { EmbeddedCluster } from './cluster.ts';
import { service, targetGroupBinding } from './kubernetes/builders.ts';
import type { Service, TargetGroupBinding } from './kubernetes/objects.ts';

export interface Bound {
  readonly group?: Partial<TargetGroupOptions>;
  readonly binding?: Partial<TargetGroupBinding['spec']>;
  readonly apiVersion?: TargetGroupBinding['apiVersion'];
  readonly service?: Partial<Service['spec']>;
}

/** A target group with its TargetGroupBinding and Service, all of the name `name`. */
export function addTargetGroup(cluster: EmbeddedCluster, name = 'web', options: Bound = {}): TargetGroup {
  const group = cluster.elbv2.createTargetGroup({ name, loadBalancer: 'alb', ...options.group });
  cluster.store.put(service({ name, spec: { selector: { app: 'web' }, ...options.service } }));
  cluster.store.put(
    targetGroupBinding({
      name,
      spec: {
        targetGroupARN: group.arn,
        targetGroupProtocol: group.protocol,
        ipAddressType: group.ipAddressType,
        ...options.binding,
      },
      ...(options.apiVersion === undefined ? {} : { apiVersion: options.apiVersion }),
    }),
  );
  return group;
}
