import { writeFile } from 'node:fs/promises';
import { failuresByKind, failuresBySecond } from '../load/load.ts';
import { seconds, wantsColors } from '../narrate.ts';
import type { Comparison } from './flags.ts';
import { drawPicture } from './picture.ts';
import type { RolloutResult } from './result.ts';
import type { RolloutStrategy } from './strategies.ts';
import { markdownTable, terminalTable } from './table.ts';
import type { Circumstances } from './under-load.ts';

/** A progress message: not among the results, which go to the standard output. */
export function tell(text: string): void {
  process.stderr.write(text);
}

/** Rolls once with each strategy, one after the other, and shows what came of it. Resolves with the exit code. */
export async function compare<Strategy extends RolloutStrategy>(
  comparison: Comparison<Circumstances, Strategy>,
  caption: string,
  roll: (strategy: Strategy) => Promise<RolloutResult>,
): Promise<number> {
  const { strategies, picture } = comparison;
  const results: RolloutResult[] = [];
  for (const [index, strategy] of strategies.entries()) {
    tell(`[${index + 1}/${strategies.length}] ${strategy.title} … `);
    const result = await roll(strategy);
    results.push(result);
    tell(`${result.failures.length} of ${result.sent} requests failed, ${seconds(result.durationMs)}\n`);
  }
  console.log(print(comparison, caption, results));
  if (picture !== undefined) {
    await writeFile(picture, await drawPicture(results, caption));
    tell(`\nThe picture is ${picture}.\n`);
  }
  // The others are here to show how they fail.
  const ours = results.find(({ strategy }) => strategy === 'drain-wait');
  return ours !== undefined && ours.failures.length > 0 ? 1 : 0;
}

function print({ format, options }: Comparison, caption: string, results: readonly RolloutResult[]): string {
  switch (format) {
    case 'json':
      return JSON.stringify({ options, results: results.map(withCounts) }, undefined, 2);
    case 'markdown':
      return `${caption}.\n\n${markdownTable(results)}`;
    case 'terminal':
      return `\n${terminalTable(results, { colors: wantsColors() })}`;
    default:
      return format satisfies never;
  }
}

function withCounts(result: RolloutResult) {
  const { failures } = result;
  return {
    ...result,
    failuresByKind: Object.fromEntries(failuresByKind(failures)),
    failuresBySecond: Object.fromEntries(failuresBySecond(failures)),
  };
}

/** `pod`: what one of its pods is called. */
export function captionOf(
  { loadBalancer, lagMs, throttleMs, replicas, rate }: Circumstances,
  pod: 'pod' | 'real pod',
): string {
  const balancer = loadBalancer === 'alb' ? 'ALB that routes for 17 s' : 'NLB that routes for 120 s';
  const throttled = throttleMs > 0 ? `, DescribeTargetHealth throttled for ${throttleMs / 1_000} s` : '';
  return (
    `${replicas} ${pod}${replicas === 1 ? '' : 's'} behind an ${balancer} after a deregistration; controller lag ${lagMs / 1_000} s${throttled}; ` +
    `${rate} requests a second`
  );
}
