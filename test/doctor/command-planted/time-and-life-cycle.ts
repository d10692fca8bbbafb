import { node } from '../../../sim/kubernetes/workload-builders.ts';
import { type Planted, withContainer, withGate } from './planted.ts';

export const TIME_AND_LIFE_CYCLE: Readonly<Record<string, Planted>> = {
  'a grace period with no room for an NLB': {
    options: { loadBalancer: 'nlb', graceSeconds: 60 },
    check: 'grace-short',
    level: 'problem',
    message: /152 s are needed/,
    fix: /"terminationGracePeriodSeconds":160/,
  },
  'a grace period that bears no lag': {
    options: { graceSeconds: 40 },
    check: 'grace-short',
    level: 'warning',
    fix: /"terminationGracePeriodSeconds":60/,
  },
  'a deregistration delay that cuts requests off': {
    from: 'inside',
    options: { bound: { group: { deregistrationDelayMs: 5_000 } } },
    check: 'deregistration-delay-short',
    level: 'warning',
    message: /5 s/,
  },
  'a readiness gate of nobody': {
    options: { pod: withGate('target-health.elbv2.k8s.aws/gone') },
    check: 'readiness-gate-unknown',
    level: 'problem',
    fix: /rollout restart deployment\/web/,
  },
  'a readiness gate that stays False': {
    options: { pod: withGate('target-health.elbv2.k8s.aws/web') },
    check: 'readiness-gate-stuck',
    level: 'warning',
  },
  'a rollout that takes the only pod away first': {
    options: {
      owner: (made) => ({
        ...made,
        spec: {
          ...made.spec,
          replicas: 1,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        },
      }),
    },
    check: 'rollout-empties',
    level: 'warning',
    fix: /"maxUnavailable":0/,
  },
  'a controller that is scaled to nothing': {
    plant: ({ cluster }) => {
      const found = cluster.store.get('Deployment', 'kube-system', 'aws-load-balancer-controller');
      if (found !== undefined) cluster.store.put({ ...found, spec: { ...found.spec, replicas: 0 }, status: {} });
    },
    check: 'controller',
    level: 'problem',
    fix: /kubectl -n kube-system scale deployment\/aws-load-balancer-controller/,
  },
  'a node that has not been heard of': {
    plant: ({ cluster }) => void cluster.store.put(node({ name: 'node-1', ready: 'Unknown' })),
    check: 'node-unknown',
    level: 'warning',
  },
  'a mesh': {
    options: { pod: withContainer({ name: 'istio-proxy', image: 'istio:1' }) },
    check: 'mesh',
    level: 'warning',
    fix: /excludeOutboundPorts/,
  },
};
