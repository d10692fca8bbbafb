import { type GivenFlags, isOn, lastValue } from '../../given-flags.ts';
import { duration, flagName, SETTINGS } from '../../settings.ts';
import { DEFAULT_LAG } from '../grace.ts';
import { readFlags, SETTING_FLAGS } from './flags.ts';
import type { InjectOptions } from './options.ts';
import { valueProblem } from './value-problem.ts';

/** What the command line of `inject` asks for. */
export type InjectRequest =
  | { readonly kind: 'help' }
  | { readonly kind: 'misuse'; readonly problems: readonly string[] }
  | {
      readonly kind: 'inject';
      readonly options: InjectOptions;
      /** Files and folders; `-` is the standard input. */
      readonly paths: readonly string[];
      /** What changes instead of the manifests. */
      readonly diff: boolean;
      /** No word about what was done. */
      readonly quiet: boolean;
    };

/** Reads the arguments after `inject`, and reports every problem at once. `version` is that of drain-wait. */
export function readRequest(args: readonly string[], version: string): InjectRequest {
  const flags = readFlags(args);
  const is = (name: string) => isOn(flags, name);
  if (is('help')) return { kind: 'help' };
  const settings = givenSettings(flags);
  const wrong = [...flags.problems, ...settings.map(settingProblem), ...otherProblems(flags)];
  const problems = wrong.filter((each) => each !== undefined);
  if (problems.length > 0) return { kind: 'misuse', problems };
  return {
    kind: 'inject',
    options: {
      kind: is('native') ? 'native' : is('classic') ? 'classic' : undefined,
      image: lastValue(flags, 'image'),
      version,
      lagMs: duration(lastValue(flags, 'lag') ?? DEFAULT_LAG),
      loadBalancer: lastValue(flags, 'load-balancer') === 'nlb' ? 'nlb' : 'alb',
      containers: flags.values.get('container') ?? [],
      hooked: is('overwrite-hooks') ? 'overwrite' : is('skip-hooked') ? 'skip' : 'refuse',
      settings: Object.fromEntries(settings.map(({ setting, value }) => [setting.env, value])),
    },
    paths: flags.positionals.length === 0 ? ['-'] : flags.positionals,
    diff: is('diff'),
    quiet: is('quiet'),
  };
}

interface GivenSetting {
  readonly setting: (typeof SETTING_FLAGS)[number];
  readonly value: string;
}

function givenSettings(flags: GivenFlags): readonly GivenSetting[] {
  return SETTING_FLAGS.flatMap((setting) => {
    const value = lastValue(flags, flagName(setting));
    return value === undefined ? [] : [{ setting, value }];
  });
}

function settingProblem({ setting, value }: GivenSetting): string | undefined {
  return setting === SETTINGS.port && Number(value) === 0
    ? `--port='${value}': the hook needs to know the port. Expected a port from 1 to 65535.`
    : valueProblem(`--${flagName(setting)}`, value, setting);
}

function otherProblems(flags: GivenFlags): readonly (string | undefined)[] {
  const loadBalancer = lastValue(flags, 'load-balancer') ?? 'alb';
  return [
    valueProblem('--lag', lastValue(flags, 'lag') ?? DEFAULT_LAG, {
      expects: 'a duration such as 20s',
      parse: duration,
    }),
    ['alb', 'nlb'].includes(loadBalancer)
      ? undefined
      : `--load-balancer='${loadBalancer}': not one of these. Expected alb or nlb.`,
    contradiction(flags, 'native', 'classic'),
    contradiction(flags, 'overwrite-hooks', 'skip-hooked'),
  ];
}

function contradiction(flags: GivenFlags, one: string, other: string): string | undefined {
  return isOn(flags, one) && isOn(flags, other)
    ? `--${one} and --${other}: only one of them. Leave out the other.`
    : undefined;
}
