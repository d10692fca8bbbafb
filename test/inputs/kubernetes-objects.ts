import { ALB_ARN } from '../support/world.ts';

/** What the API server says of a pod that is being deleted, and of what leads to its one target. With every field that is looked at. */
export const OBJECTS = {
  pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'uid-1',
      annotations: { 'example.com/other': 'text' },
      deletionTimestamp: '2026-01-01T12:00:00Z',
      deletionGracePeriodSeconds: 300,
    },
    spec: {
      terminationGracePeriodSeconds: 300,
      readinessGates: [{ conditionType: 'target-health.elbv2.k8s.aws/other' }],
      initContainers: [
        { name: 'drain-wait', restartPolicy: 'Always', env: [{ name: 'DRAIN_WAIT_POD_NAME', value: 'web-1' }] },
      ],
      containers: [
        {
          name: 'app',
          env: [{ name: 'PORT', value: '8080' }],
          lifecycle: { preStop: { httpGet: { path: '/prestop', port: 9787 } } },
        },
        { name: 'other', lifecycle: { preStop: { exec: { command: ['drain-wait', 'wait'] } } } },
        { name: 'third', lifecycle: { preStop: { sleep: { seconds: 5 } } } },
      ],
    },
    status: {
      phase: 'Running',
      podIPs: [{ ip: '10.1.0.7' }],
      startTime: '2026-01-01T10:00:00Z',
      conditions: [
        { type: 'Initialized', status: 'True', lastTransitionTime: '2026-01-01T10:00:00Z' },
        { type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T12:00:00Z' },
      ],
    },
  },
  binding: {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      targetGroupARN: ALB_ARN,
      targetType: 'ip',
      targetGroupProtocol: 'HTTP',
      ipAddressType: 'ipv4',
      serviceRef: { name: 'web', port: 'http' },
      iamRoleArnToAssume: 'arn:aws:iam::999999999999:role/target-health',
      assumeRoleExternalId: 'shop',
    },
  },
  slice: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-abc', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['10.1.0.7'],
        conditions: { ready: false, serving: true, terminating: true },
        targetRef: { kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'uid-1' },
      },
      { addresses: ['10.1.0.8'], conditions: { ready: true, serving: true, terminating: false } },
    ],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  },
  service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { publishNotReadyAddresses: false, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  },
} as const;

export type ObjectName = keyof typeof OBJECTS;
