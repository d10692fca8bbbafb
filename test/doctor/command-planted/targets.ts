import { type Planted, setHealth } from './planted.ts';

export const TARGETS: Readonly<Record<string, Planted>> = {
  'no TargetGroupBinding': {
    options: { unbound: true },
    check: 'targets',
    level: 'warning',
    message: /the namespace has no TargetGroupBinding/,
  },
  'targets of type instance': {
    options: { bound: { binding: { targetType: 'instance' } } },
    check: 'target-type',
    level: 'problem',
    fix: /target-type=ip/,
    also: ['targets'],
  },
  'a Service that does not select the pod': {
    plant: ({ cluster }) => {
      const service = cluster.store.get('Service', 'default', 'web');
      if (service !== undefined) cluster.store.put({ ...service, spec: { ...service.spec, selector: { app: 'wbe' } } });
    },
    check: 'service-selector',
    level: 'warning',
    message: /\{"app":"wbe"\}/,
    also: ['targets'],
  },
  'an annotation that is no list of target groups': {
    options: {
      pod: (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, annotations: { 'drain-wait/target-groups': 'web' } },
      }),
    },
    check: 'target-groups-annotation',
    level: 'problem',
  },
  'a target group that has been deleted': {
    from: 'inside',
    plant: ({ cluster, group }) => cluster.elbv2.deleteTargetGroup(group?.arn ?? ''),
    check: 'target-group',
    level: 'problem',
    message: /does not exist/,
  },
  'health checks that fail': {
    from: 'inside',
    plant: (shop) => setHealth(shop, 'unhealthy', 'Target.Timeout'),
    check: 'target-health',
    level: 'warning',
    message: /unhealthy \(Target\.Timeout\)/,
  },
  'a target under another port': {
    from: 'inside',
    plant: ({ cluster, group, pods }) => {
      const id = pods[0]?.status.podIP ?? '';
      const binding = cluster.store.get('TargetGroupBinding', 'default', 'web');
      cluster.elbv2.registerTargets(group?.arn ?? '', [{ id, port: 9090 }]);
      if (binding !== undefined) cluster.store.remove('TargetGroupBinding', 'default', 'web');
    },
    env: ({ group }) => ({ DRAIN_WAIT_TARGET_GROUPS: `${group?.arn}=7070` }),
    check: 'target-port',
    level: 'problem',
    fix: /deregister-targets/,
  },
  'a Service that publishes addresses that are not ready': {
    options: { bound: { service: { publishNotReadyAddresses: true } } },
    check: 'publish-not-ready',
    level: 'problem',
  },
};
