import type { Xml } from './query-protocol.ts';
import type { TargetGroup } from './target-group.ts';

const VPC_ID = 'vpc-0123456789abcdef0';

/** As DescribeTargetGroups shows it, with the health check that AWS makes where nobody asks for another one. */
export function describeGroup(group: TargetGroup): Xml {
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: VPC_ID,
    HealthCheckEnabled: 'true',
    HealthCheckPort: 'traffic-port',
    HealthCheckIntervalSeconds: 30,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
    ...(isOfAlb(group)
      ? {
          HealthCheckProtocol: 'HTTP',
          HealthCheckPath: '/',
          HealthCheckTimeoutSeconds: 5,
          Matcher: { HttpCode: '200' },
          ProtocolVersion: 'HTTP1',
        }
      : { HealthCheckProtocol: 'TCP', HealthCheckTimeoutSeconds: 10 }),
    LoadBalancerArns: group.loadBalancerArns,
    TargetType: group.targetType,
    IpAddressType: group.ipAddressType,
  };
}

/** As DescribeTargetGroupAttributes shows them: the delay is the group's own, all else is as AWS has it by default. */
export function describeAttributes(group: TargetGroup): Xml {
  const attributes = {
    'deregistration_delay.timeout_seconds': Math.round(group.deregistrationDelayMs / 1000),
    'stickiness.enabled': 'false',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
    'target_group_health.dns_failover.minimum_healthy_targets.count': 1,
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': 1,
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
    ...(isOfAlb(group) ? ALB_ATTRIBUTES : nlbAttributes(group)),
  };
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
}

const ALB_ATTRIBUTES = {
  'stickiness.type': 'lb_cookie',
  'stickiness.lb_cookie.duration_seconds': 86_400,
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': 86_400,
  'slow_start.duration_seconds': 0,
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
};

function nlbAttributes({ protocol, targetType }: TargetGroup) {
  const keepsClientIp = targetType === 'instance' || !['TCP', 'TLS'].includes(protocol);
  return {
    'stickiness.type': 'source_ip',
    'proxy_protocol_v2.enabled': 'false',
    'preserve_client_ip.enabled': String(keepsClientIp),
    'deregistration_delay.connection_termination.enabled': String(['UDP', 'TCP_UDP'].includes(protocol)),
    'target_health_state.unhealthy.connection_termination.enabled': 'true',
    'target_health_state.unhealthy.draining_interval_seconds': 0,
  };
}

function isOfAlb({ protocol }: TargetGroup): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS';
}
