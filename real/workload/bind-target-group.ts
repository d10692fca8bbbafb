import type { V1ServiceSpec } from '@kubernetes/client-node';
import type { Bound } from '../../sim/add-target-group.ts';
import type { TargetGroup } from '../../sim/aws/target-group.ts';
import type { AwsSide } from '../aws-side.ts';
import { APP_PORT } from './web.ts';

/** How a target group is bound in a real cluster, whose Services know more than those of the embedded one. */
export interface RealBound extends Omit<Bound, 'service'> {
  readonly service?: Partial<V1ServiceSpec>;
}

export interface BindOptions {
  readonly namespace: string;
  readonly name: string;
  readonly bound: RealBound;
  readonly aws: AwsSide;
  readonly apply: (manifests: readonly object[]) => Promise<void>;
}

/** A target group in AWS, and in the cluster what the controller would make for an Ingress or a Service. */
export async function bindTargetGroup({ namespace, name, bound, aws, apply }: BindOptions): Promise<TargetGroup> {
  // Names are those of one account, and every namespace has a `web`.
  const group = aws.elbv2.createTargetGroup({ name: `${namespace}-${name}`, loadBalancer: 'alb', ...bound.group });
  await apply([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: APP_PORT }], ...bound.service },
    },
    {
      apiVersion: bound.apiVersion ?? 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { name },
      spec: {
        targetGroupARN: group.arn,
        targetType: 'ip',
        targetGroupProtocol: group.protocol,
        ipAddressType: group.ipAddressType,
        serviceRef: { name, port: 80 },
        ...bound.binding,
      },
    },
  ]);
  return group;
}
