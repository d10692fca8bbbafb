import { describe, expect, test } from 'vitest';
import {
  canonicalIp,
  mergeAddresses,
  mergeGroups,
  parseTargetGroupArn,
  parseTargetGroups,
} from '../../src/core/target.ts';
import { ALB_ARN, NLB_ARN } from '../support/world.ts';

describe('parseTargetGroups()', () => {
  test('reads ARNs with and without a port', () => {
    expect(parseTargetGroups(`${ALB_ARN}=8080, ${NLB_ARN}`)).toEqual([
      { arn: ALB_ARN, port: 8080 },
      { arn: NLB_ARN, port: undefined },
    ]);
  });

  test.each(['web', `${ALB_ARN}=`, `${ALB_ARN}=0`, `${ALB_ARN}=99999`, `${ALB_ARN}=80=80`, 'arn:aws:s3:::bucket'])(
    'refuses %s',
    (text) => {
      expect(() => parseTargetGroups(text)).toThrow(RangeError);
    },
  );
});

test('parseTargetGroupArn() finds the Region in every partition', () => {
  const china = 'arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/web/0123456789abcdef';
  expect(parseTargetGroupArn(china)).toEqual({
    partition: 'aws-cn',
    region: 'cn-north-1',
    account: '123456789012',
    name: 'web',
  });
});

test('canonicalIp() gives an IPv6 address one spelling and leaves the rest alone', () => {
  expect(canonicalIp('FD00:0:0::7')).toBe('fd00::7');
  expect(canonicalIp('10.1.0.7')).toBe('10.1.0.7');
  expect(canonicalIp('no:such:address')).toBe('no:such:address');
});

test('mergeAddresses() drops repetitions, and an address without a port where one with a port is known', () => {
  const merged = mergeAddresses([
    { ip: 'fd00:0::7', port: undefined },
    { ip: 'fd00::7', port: 80 },
    { ip: 'fd00::7', port: 80 },
    { ip: '10.1.0.7', port: undefined },
  ]);
  expect(merged).toEqual([
    { ip: 'fd00::7', port: 80 },
    { ip: '10.1.0.7', port: undefined },
  ]);
});

test('mergeGroups() makes one entry of what several sources say of one target group', () => {
  const group = { arn: ALB_ARN, name: undefined, loadBalancer: undefined, role: undefined };
  const merged = mergeGroups([
    { group, addresses: [{ ip: '10.1.0.7', port: 80 }] },
    { group: { ...group, loadBalancer: 'alb' }, addresses: [{ ip: '10.1.0.7', port: 90 }] },
  ]);
  expect(merged).toEqual([
    {
      group: { ...group, loadBalancer: 'alb' },
      addresses: [
        { ip: '10.1.0.7', port: 80 },
        { ip: '10.1.0.7', port: 90 },
      ],
    },
  ]);
});
