import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The flags of a command that has its own, by name without dashes. */
export type FlagOptions = ParseArgsOptionsConfig;

/** A command line, before its values are looked at. */
export interface GivenFlags {
  /** All values of a flag, without the empty ones. What is true or false says so in words. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly problems: readonly string[];
}

/** Reads the arguments after the name of the command, and reports every problem at once. */
export function readGivenFlags(args: readonly string[], options: FlagOptions, command: string): GivenFlags {
  // Not strict: an unknown flag is reported together with everything else that is wrong.
  const { tokens } = parseArgs({
    args: [...args],
    options,
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
    problems.push(...problemsOf(options[token.name]?.type, token.rawName, token.value, command));
    const value = token.value ?? String(!token.rawName.startsWith('--no-'));
    if (value !== '') values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  return { values, positionals, problems };
}

/** Of a flag that is given twice, the last value counts. */
export function lastValue({ values }: GivenFlags, name: string): string | undefined {
  return values.get(name)?.at(-1);
}

/** Whether a switch is on. */
export function isOn(flags: GivenFlags, name: string): boolean {
  return lastValue(flags, name) === 'true';
}

function problemsOf(
  type: 'boolean' | 'string' | undefined,
  rawName: string,
  value: string | undefined,
  command: string,
): readonly string[] {
  if (type === undefined) return [`${rawName}: no such flag. See ${command} --help for the list.`];
  const missing = value === undefined || value.startsWith('--');
  return type === 'string' && missing
    ? [`${rawName}: has no value. Give it as ${rawName}${rawName.startsWith('--') ? '=' : ' '}VALUE.`]
    : [];
}
