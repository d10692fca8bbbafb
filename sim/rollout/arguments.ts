import { parseArgs } from 'node:util';
import { type Comparison, FLAGS, flagsHelp, namesOf, readFlags, time, whole } from './flags.ts';
import type { RolloutOptions } from './run.ts';
import { STRATEGIES } from './strategies.ts';

const OWN_FLAGS_HELP = `  --grace DURATION       the pods' grace period (as the formula of the README has it, and at least 90s)
  --deregistration-delay DURATION
                         of the target group; strategies that wait for the target to be gone wait for it (30s)
  --speed N              how many times as fast as real time (5)
`;

export const HELP = `Replaces every pod of a Deployment under load, once for each strategy, on an embedded cluster: what people use today, and
drain-wait. Shows how long each held its pods and which requests failed, as a table and as a picture.

Usage: npm run demo -- rollout [flags]

${flagsHelp(`some of ${namesOf(STRATEGIES).join(',')} (all)`, OWN_FLAGS_HELP)}

All times are simulated. The load balancer routes for 17 s (ALB) or 120 s (NLB) after a deregistration.
`;

/** Undefined where help is asked for. Throws a RangeError or a TypeError with what is wrong. */
export function readArguments(args: readonly string[]): Comparison<Omit<RolloutOptions, 'entry'>> | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...FLAGS,
      grace: { type: 'string' },
      'deregistration-delay': { type: 'string', default: '30s' },
      speed: { type: 'string', default: '5' },
    },
  });
  if (values.help) return undefined;
  const { options, ...rest } = readFlags(values, STRATEGIES);
  const grace = values.grace === undefined ? {} : { gracePeriodSeconds: seconds('grace', values.grace) };
  return {
    ...rest,
    options: {
      ...options,
      ...grace,
      deregistrationDelayMs: time('deregistration-delay', values['deregistration-delay']),
      speed: whole('speed', values.speed, 20),
    },
  };
}

function seconds(name: string, value: string): number {
  return Math.ceil(time(name, value) / 1_000);
}
