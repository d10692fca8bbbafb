import { describe, expect, test } from 'vitest';
import { plainList } from '../../../src/workload/inject/plain.ts';
import { parseManifests } from '../../../src/workload/manifests.ts';
import { containerNamed, deployment, firstPod, inject, injected } from './support.ts';

function graceAfter(has: string, options: Parameters<typeof inject>[1] = {}): unknown {
  const spec = has === '' ? '' : `      terminationGracePeriodSeconds: ${has}\n`;
  return firstPod(injected(deployment({ spec }), options))['terminationGracePeriodSeconds'];
}

const S = 'DRAIN_WAIT_';

describe('the grace period', () => {
  test.each([
    ['', 60],
    ['null', 60],
    ['30', 60],
    ['51', 60],
    ['52', 52],
    ['60', 60],
    ['300', 300],
  ])('of a pod that has %j becomes %i', (has, seconds) => {
    expect(graceAfter(has)).toBe(seconds);
  });

  test('follows the formula: lag, settle time and reserve', () => {
    expect(graceAfter('', { loadBalancer: 'nlb' })).toBe(160);
    expect(graceAfter('', { settings: { [`${S}RESERVE`]: '30s' } })).toBe(80);
    expect(graceAfter('', { settings: { [`${S}SETTLE_ALB`]: '25s' } })).toBe(60);
    expect(graceAfter('', { settings: { [`${S}SETTLE_ALB`]: '1m' } })).toBe(100);
    expect(graceAfter('', { settings: { [`${S}SETTLE_NLB`]: '1m' } })).toBe(60);
    expect(graceAfter('5', { lagMs: 0, settings: { [`${S}SETTLE_ALB`]: '0s', [`${S}RESERVE`]: '4s' } })).toBe(10);
  });

  test('counts what the sidecar has been set to before, and the sidecar is told', () => {
    const first = injected(deployment(), { settings: { [`${S}RESERVE`]: '40s' } });
    const again = injected(first, { loadBalancer: 'nlb' });
    expect(firstPod(again)['terminationGracePeriodSeconds']).toBe(190);
    const env = plainList(containerNamed(firstPod(again), 'drain-wait')?.['env']);
    expect(env).toContainEqual({ name: `${S}GRACE_PERIOD`, value: '190s' });
    expect(env).toContainEqual({ name: `${S}RESERVE`, value: '40s' });
  });

  test('that is written is the only thing of its line that changes', () => {
    const text = deployment({ spec: '      terminationGracePeriodSeconds:   0x1E # short\n' });
    expect(injected(text)).toContain('      terminationGracePeriodSeconds:   60 # short\n');
  });

  test('that is no number is refused', () => {
    expect(inject(deployment({ spec: "      terminationGracePeriodSeconds: '60'\n" })).problems).toEqual([
      "web.yaml:12: Deployment shop/web: terminationGracePeriodSeconds='60': not a number. Expected seconds such as 60, without quotes.",
    ]);
  });

  test('cannot be worked out from a wrong setting of the sidecar', () => {
    const text = injected(deployment(), { settings: { [`${S}RESERVE`]: '40s' } }).replace('value: 40s', 'value: "40"');
    expect(parseManifests('web.yaml', text).problems).toEqual([]);
    expect(inject(text).problems[0]).toContain("DRAIN_WAIT_RESERVE='40': a duration needs a unit");
  });
});
