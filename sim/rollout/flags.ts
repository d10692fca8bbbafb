import type { ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { duration } from '../../src/settings.ts';
import type { RolloutStrategy } from './strategies.ts';
import type { Circumstances } from './under-load.ts';

/** Strategies side by side, and how to show them. */
export interface Comparison<
  Options extends Circumstances = Circumstances,
  Strategy extends RolloutStrategy = RolloutStrategy,
> {
  readonly options: Options;
  readonly strategies: readonly Strategy[];
  readonly format: 'terminal' | 'markdown' | 'json';
  /** Absent: none. */
  readonly picture: string | undefined;
}

/** The flags of every comparison. */
export const FLAGS = {
  strategies: { type: 'string' },
  'load-balancer': { type: 'string', default: 'alb' },
  lag: { type: 'string', default: '2s' },
  throttle: { type: 'string', default: '0s' },
  replicas: { type: 'string', default: '3' },
  rate: { type: 'string', default: '15' },
  picture: { type: 'string' },
  markdown: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

type FlagValues = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

/** What --help says of them. `own`: the lines of the command's own flags. */
export function flagsHelp(strategies: string, own = ''): string {
  return `  --strategies LIST      ${strategies}
  --load-balancer KIND   alb or nlb (alb)
  --lag DURATION         from a pod's deletion until the controller hears of it (2s)
  --throttle DURATION    how long DescribeTargetHealth is throttled, for everybody, from the start of the rollout on (0s)
  --replicas N           pods of the Deployment (3)
  --rate N               requests a second: six short ones, one that takes 2 s and three over kept connections of ten (15)
${own}  --picture FILE         where the picture goes (rollout.svg)
  --markdown             the table as Markdown
  --json                 the results as one JSON document, and no picture unless it is asked for
  --help                 this text`;
}

const SETTLE_MS = { alb: 20_000, nlb: 120_000 } as const;
/** Reserve and safety of the formula, and some seconds for the looks in between. */
const REST_MS = 30_000;
const LEAST_GRACE_MS = 90_000;

/** `known`: what --strategies may name; `chosen`: what is compared without it. Throws a RangeError with what is wrong. */
export function readFlags<Strategy extends RolloutStrategy>(
  values: FlagValues,
  known: readonly Strategy[],
  chosen: readonly Strategy[] = known,
): Comparison<Circumstances, Strategy> {
  const loadBalancer = kindOf(values['load-balancer']);
  const lagMs = time('lag', values.lag);
  const throttleMs = time('throttle', values.throttle);
  const graceMs = Math.max(LEAST_GRACE_MS, lagMs + throttleMs + SETTLE_MS[loadBalancer] + REST_MS);
  return {
    strategies: values.strategies?.split(',').map((name) => strategyOf(name, known)) ?? chosen,
    format: values.json ? 'json' : values.markdown ? 'markdown' : 'terminal',
    picture: values.picture ?? (values.json ? undefined : 'rollout.svg'),
    options: {
      loadBalancer,
      lagMs,
      throttleMs,
      replicas: whole('replicas', values.replicas, 50),
      rate: whole('rate', values.rate, 200),
      gracePeriodSeconds: Math.ceil(graceMs / 1_000),
    },
  };
}

function strategyOf<Strategy extends RolloutStrategy>(name: string, known: readonly Strategy[]): Strategy {
  const found = known.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`--strategies: there is no '${name}'. Expected some of ${namesOf(known).join(', ')}.`);
}

export function namesOf(strategies: readonly RolloutStrategy[]): readonly string[] {
  return strategies.map(({ name }) => name);
}

function kindOf(value: string): 'alb' | 'nlb' {
  if (value === 'alb' || value === 'nlb') return value;
  throw new RangeError(`--load-balancer must be alb or nlb: current value is ${value}`);
}

export function time(name: string, value: string): number {
  try {
    return duration(value);
  } catch (error) {
    throw new RangeError(`--${name} must be a duration such as 20s: current value is ${value}`, { cause: error });
  }
}

export function whole(name: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new RangeError(`--${name} must be a whole number from 1 to ${most}: current value is ${value}`);
}
