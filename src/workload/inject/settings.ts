import { parseValue, SETTINGS, type SettingName } from '../../settings.ts';
import type { GraceNeeds } from '../grace.ts';
import type { InjectOptions } from './options.ts';
import { type Plain, plainList } from './plain.ts';

/** The settings of a sidecar that count here: those that this call gives, else those that it has, else the defaults. */
export interface EffectiveSettings {
  readonly port: number;
  /** Whether somebody has chosen the port. */
  readonly portGiven: boolean;
  readonly graceNeeds: GraceNeeds;
  /** Whether targets are waited for until they are gone, and not for the settle time. */
  readonly untilGone: boolean;
}

/** `sidecar` is the container as it is; undefined where there is none yet. Throws a RangeError where a value of it is wrong. */
export function effectiveSettings(sidecar: Plain | undefined, options: InjectOptions): EffectiveSettings {
  const given = { ...variablesOf(sidecar), ...options.settings };
  return {
    port: read(given, 'port'),
    portGiven: given[SETTINGS.port.env] !== undefined,
    graceNeeds: {
      lagMs: options.lagMs,
      settleMs: read(given, options.loadBalancer === 'alb' ? 'settleAlb' : 'settleNlb'),
      reserveMs: read(given, 'reserve'),
    },
    untilGone: read(given, 'until') === 'gone',
  };
}

/** Those with a plain value. Where it comes from a ConfigMap nobody knows it here. */
function variablesOf(container: Plain | undefined): Readonly<Record<string, string>> {
  const named = plainList(container?.['env']).map(({ name, value }): [string, unknown] => [String(name), value]);
  return Object.fromEntries(
    named.filter((each): each is [string, string] => typeof each[1] === 'string' && each[1] !== ''),
  );
}

function read<Name extends SettingName>(given: Readonly<Record<string, string>>, name: Name) {
  const setting = SETTINGS[name];
  const value = given[setting.env] ?? String(setting.fallback);
  return parseValue<unknown>(setting.env, value, setting) as ReturnType<(typeof SETTINGS)[Name]['parse']>;
}
