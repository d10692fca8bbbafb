import { parseArgs } from 'node:util';
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
} as const satisfies Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>>;

/** The command line, before its values are looked at. */
export interface GivenFlags {
  /** All values of a flag, without the empty ones. What is true or false says so in words. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly problems: readonly string[];
}

export function readFlags(args: readonly string[]): GivenFlags {
  // Not strict: an unknown flag is reported together with everything else that is wrong.
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowNegative: true,
    tokens: true,
  });
  const values = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    problems.push(...flagProblems(token.name, token.rawName, token.value));
    const value = token.value ?? String(!token.rawName.startsWith('--no-'));
    if (value !== '') values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  return { values, positionals, problems };
}

function flagProblems(name: string, rawName: string, value: string | undefined): readonly string[] {
  const options: Readonly<Record<string, { readonly type: 'boolean' | 'string' } | undefined>> = OPTIONS;
  const type = options[name]?.type;
  if (type === undefined) return [`${rawName}: no such flag. See drain-wait inject --help for the list.`];
  const missing = value === undefined || value.startsWith('--');
  return type === 'string' && missing ? [`${rawName}: has no value. Give it as ${rawName}=VALUE.`] : [];
}
