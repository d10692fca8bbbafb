import { type FlagOptions, type GivenFlags, readGivenFlags } from '../../given-flags.ts';
import { flagName, isSwitch, SETTINGS, type SettingName } from '../../settings.ts';

/** What the pod gives the sidecar, what `inject` finds out by itself, and what has another flag here. */
const NOT_FLAGS: readonly string[] = [
  'sidecar',
  'podName',
  'podNamespace',
  'podUid',
  'podIps',
  'gracePeriod',
  'serviceAccountDir',
] satisfies readonly SettingName[];

/** The settings that are flags of `inject`. */
export const SETTING_FLAGS = Object.entries(SETTINGS)
  .filter(([name]) => !NOT_FLAGS.includes(name))
  .map(([, setting]) => setting);

const OPTIONS = {
  ...Object.fromEntries(
    SETTING_FLAGS.map((setting) => [flagName(setting), { type: isSwitch(setting) ? 'boolean' : 'string' } as const]),
  ),
  native: { type: 'boolean' },
  classic: { type: 'boolean' },
  image: { type: 'string' },
  container: { type: 'string' },
  lag: { type: 'string' },
  'load-balancer': { type: 'string' },
  'overwrite-hooks': { type: 'boolean' },
  'skip-hooked': { type: 'boolean' },
  diff: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies FlagOptions;

export function readFlags(args: readonly string[]): GivenFlags {
  return readGivenFlags(args, OPTIONS, 'drain-wait inject');
}
