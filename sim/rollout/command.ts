import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { failuresByKind, failuresBySecond } from '../load/load.ts';
import { seconds, wantsColors } from '../narrate.ts';
import { runCommand } from '../run-command.ts';
import { HELP, type RolloutCommand, readArguments } from './arguments.ts';
import { drawPicture } from './picture.ts';
import type { RolloutResult } from './result.ts';
import { runRollout } from './run.ts';
import { markdownTable, terminalTable } from './table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run demo -- rollout`. Resolves with the exit code. */
export function rolloutDemo(args: readonly string[]): Promise<number> {
  return runCommand(HELP, () => readArguments(args), compare);
}

async function compare({ strategies, options, format, picture }: RolloutCommand): Promise<number> {
  // Not among the results, which go to the standard output.
  const tell = (text: string) => process.stderr.write(text);
  tell('Building the program that the image carries, which is the sidecar here.\n');
  const entry = await build();
  const results: RolloutResult[] = [];
  for (const [index, strategy] of strategies.entries()) {
    tell(`[${index + 1}/${strategies.length}] ${strategy.title} … `);
    const result = await runRollout(strategy, { ...options, entry });
    results.push(result);
    tell(`${result.failures.length} of ${result.sent} requests failed, ${seconds(result.durationMs)}\n`);
  }
  console.log(print(format, options, results));
  if (picture !== undefined) {
    await writeFile(picture, await drawPicture(results, caption(options)));
    tell(`\nThe picture is ${picture}.\n`);
  }
  // The others are here to show how they fail.
  const ours = results.find(({ strategy }) => strategy === 'drain-wait');
  return ours !== undefined && ours.failures.length > 0 ? 1 : 0;
}

function print(
  format: RolloutCommand['format'],
  options: RolloutCommand['options'],
  results: readonly RolloutResult[],
): string {
  switch (format) {
    case 'json':
      return JSON.stringify({ options, results: results.map(withCounts) }, undefined, 2);
    case 'markdown':
      return `${caption(options)}.\n\n${markdownTable(results)}`;
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

async function build(): Promise<string> {
  await promisify(execFile)(process.execPath, ['scripts/build.ts'], { cwd: ROOT });
  return `${ROOT}dist/drain-wait.cjs`;
}

function caption({ loadBalancer, lagMs, throttleMs, replicas, rate }: RolloutCommand['options']): string {
  const balancer = loadBalancer === 'alb' ? 'ALB that routes for 17 s' : 'NLB that routes for 120 s';
  const throttled = throttleMs > 0 ? `, DescribeTargetHealth throttled for ${throttleMs / 1_000} s` : '';
  return (
    `${replicas} ${replicas === 1 ? 'pod' : 'pods'} behind an ${balancer} after a deregistration; controller lag ${lagMs / 1_000} s${throttled}; ` +
    `${rate} requests a second`
  );
}
