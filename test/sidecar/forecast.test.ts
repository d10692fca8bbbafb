import { expect, test } from 'vitest';
import { forecast } from '../../src/sidecar/forecast.ts';
import type { CheckResult } from '../../src/sidecar/startup-check.ts';
import { ALB_ARN, NLB_ARN, ownPod, POLICY } from '../support/world.ts';

const address = { ip: '10.1.0.7', port: 8080 };
const alb = { arn: ALB_ARN, name: undefined, loadBalancer: 'alb', role: undefined } as const;

const FOUND: CheckResult = {
  pod: ownPod({ gracePeriodMs: 60_000 }),
  source: 'endpoint-slice',
  groups: [{ group: alb, addresses: [address] }],
  complete: true,
  problems: [],
};

function words(overrides: Partial<CheckResult> = {}, policy: Partial<typeof POLICY> = {}): string {
  return forecast({ ...FOUND, ...overrides }, { ...POLICY, ...policy });
}

test('names the targets, where they were found, and the least and the longest time', () => {
  expect(words()).toBe(
    'A hold would end when each of these has been let go, after at least 5 s and at most 48 s: k8s-shop-web-alb (ALB) 10.1.0.7:8080 20 s after its deregistration (found by TargetGroupBindings and EndpointSlices)',
  );
});

test('says what it does not know: the kind of the load balancer, the port', () => {
  const group = { ...alb, arn: NLB_ARN, loadBalancer: undefined };
  expect(words({ groups: [{ group, addresses: [{ ip: 'fd00::7', port: undefined }] }] })).toContain(
    'k8s-shop-web-nlb fd00::7 at any port 20 s (ALB) or 120 s (NLB) after its deregistration',
  );
});

test('goes by the settings', () => {
  expect(words({}, { until: 'gone' })).toContain('10.1.0.7:8080 when it is no longer in the target group');
  expect(words({}, { reserveMs: 30_000 })).toContain('at most 28 s');
  expect(words({ pod: undefined })).toContain('at most 18 s');
});

test('tells a pod without targets from one whose targets are not known', () => {
  const none = { source: undefined, groups: [] };
  expect(words(none)).toBe('A hold would find no target group with this pod, and end after 5 s');
  expect(words({ ...none, complete: false })).toBe(
    'A hold would not know the targets of this pod, and go by the clock: 35 s',
  );
  expect(words({ ...none, complete: false, pod: undefined })).toMatch(/by the clock: 18 s$/);
});

test('says that nobody would wait in observe mode', () => {
  expect(words({}, { observe: true })).toMatch(
    /^A hook would be answered at once \(observe mode\), and a hold would end/,
  );
});
