import { readCommandLine } from '../../cli.ts';
import { flagName, SETTINGS, type SettingName, type SettingValues } from '../../settings.ts';
import { find } from './objects.ts';
import { at, entriesOf, isThere, itemsOf, type Place, textOf, textsOf } from './place.ts';

/** One environment variable of a container. */
export interface Variable {
  readonly name: string;
  /** Absent: known in the cluster only. */
  readonly value: string | undefined;
  readonly at: Place;
}

/** The variables of a container, those of its ConfigMaps first, because `env` wins. */
export function variablesOf(container: Place, objects: readonly Place[]): readonly Variable[] {
  const given = itemsOf(container, 'env').map((item) => ({
    name: textOf(item, 'name') ?? '',
    value: givenIn(item, objects),
    at: item,
  }));
  return [...itemsOf(container, 'envFrom').flatMap((item) => fromConfigMap(item, objects)), ...given];
}

function givenIn(item: Place, objects: readonly Place[]): string | undefined {
  if (!isThere(item, 'valueFrom')) {
    const text = textOf(item, 'value') ?? '';
    // Put in by the kubelet, from other variables.
    return text.includes('$(') ? undefined : text;
  }
  const reference = at(item, 'valueFrom', 'configMapKeyRef');
  const map = find(objects, 'ConfigMap', textOf(reference, 'name'));
  return map === undefined ? undefined : textOf(map, 'data', textOf(reference, 'key') ?? '');
}

function fromConfigMap(item: Place, objects: readonly Place[]): readonly Variable[] {
  const map = find(objects, 'ConfigMap', textOf(item, 'configMapRef', 'name'));
  if (map === undefined) return [];
  const prefix = textOf(item, 'prefix') ?? '';
  return Object.entries(entriesOf(map, 'data')).map(([key, value]) => ({ name: `${prefix}${key}`, value, at: item }));
}

/** The settings that a container gives to drain-wait, as far as they can be known without the cluster. */
export interface Settings {
  readonly variables: readonly Variable[];
  /** By their names without dashes. They win. */
  readonly flags: ReadonlyMap<string, string>;
  /** What is wrong with the arguments; undefined where nothing is. */
  readonly misuse: string | undefined;
}

export function settingsOf(container: Place, objects: readonly Place[]): Settings {
  const command = readCommandLine(textsOf(container, 'args'));
  return {
    variables: variablesOf(container, objects),
    flags: 'flags' in command ? command.flags : new Map(),
    misuse: command.kind === 'misuse' ? command.problem : undefined,
  };
}

/** The value of a setting, or its default where it is not given, not known or wrong (which is a finding of its own). */
export function settingValue<Name extends SettingName>(settings: Settings, name: Name): SettingValues[Name] {
  const { fallback, parse } = SETTINGS[name];
  const given = settings.flags.get(flagName(SETTINGS[name])) ?? variable(settings, name)?.value;
  // Each row of the table parses its own value.
  const values = [given, fallback].flatMap((text) => parsed(text, parse));
  return values[0] as SettingValues[Name];
}

/** The last of that name, as for the kubelet; undefined where there is none. */
export function variable({ variables }: Settings, name: SettingName): Variable | undefined {
  return variables.findLast((each) => each.name === SETTINGS[name].env);
}

function parsed(text: string | undefined, parse: (text: string) => unknown): readonly unknown[] {
  if (text === undefined || text === '') return [];
  try {
    return [parse(text)];
  } catch {
    return [];
  }
}
