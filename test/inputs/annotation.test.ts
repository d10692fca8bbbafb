import { describe, expect, test } from 'vitest';
import { ALB_ARN, ownPod } from '../support/world.ts';
import { expectHoldKept } from './hold.ts';
import { cpuMsOf } from './nasty.ts';

/** All annotations of an object together have no more (Kubernetes: TotalAnnotationSizeLimitB). */
const LONGEST = 256 * 1_024;

/** As many different entries as fit. */
function fullAnnotation(entry: (index: number) => string): string {
  const entries: string[] = [];
  for (let length = 0, index = 1; length < LONGEST; index += 1) {
    entries.push(entry(index));
    length += entry(index).length + 1;
  }
  return entries.slice(0, -1).join(',');
}

describe('an annotation that is as long as it may be', () => {
  test.each([
    ['ports of one target group', (index: number) => `${ALB_ARN}=${index}`],
    ['target groups', (index: number) => `${ALB_ARN.slice(0, -8)}${index}`],
    ['commas', () => ''],
    ['nothing that is meant', (index: number) => `x${index}`],
  ])('and full of %s is read in a moment', async (_, entry) => {
    const pod = ownPod({ annotations: { 'drain-wait/target-groups': fullAnnotation(entry) }, gracePeriodMs: 60_000 });
    expect(await cpuMsOf(() => expectHoldKept({ pod }))).toBeLessThan(10_000);
  });
});
