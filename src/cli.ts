import { parseArgs } from 'node:util';
import { flagName, isSwitch, SETTINGS } from './settings.ts';

/** The commands that take settings. */
export type CommandWithSettings = 'serve' | 'wait' | 'check';

/** The commands with flags of their own. */
export type ToolName = 'inject' | 'lint' | 'doctor' | 'verify';

/** What the command line asks for. Flags are settings by their kebab-case names. */
export type Command =
  | { readonly kind: CommandWithSettings; readonly flags: ReadonlyMap<string, string> }
  | { readonly kind: ToolName; readonly args: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'misuse'; readonly problem: string };

/** Reads the arguments after the program's name. Whether a flag exists is for the settings to say. */
export function readCommandLine(args: readonly string[]): Command {
  const first = args[0];
  const named = first !== undefined && !first.startsWith('-');
  const command = named ? first : 'serve';
  const rest = named ? args.slice(1) : args;
  if (isTool(command)) return { kind: command, args: rest };
  if (rest.some((argument) => argument === '--help' || argument === '-h')) return { kind: 'help' };
  if (rest.some((argument) => argument === '--version')) return { kind: 'version' };
  switch (command) {
    case 'serve':
    case 'wait':
    case 'check':
      return readFlags(command, rest);
    case 'help':
    case 'version':
      return { kind: command };
    default:
      return { kind: 'misuse', problem: `There is no command '${command}'.` };
  }
}

function isTool(command: string): command is ToolName {
  return command === 'inject' || command === 'lint' || command === 'doctor' || command === 'verify';
}

/** `--settle-alb 20s`, `--settle-alb=20s`, and `--metrics`, `--no-metrics` for what is true or false. */
function readFlags(kind: CommandWithSettings, args: readonly string[]): Command {
  const options = Object.fromEntries(
    Object.values(SETTINGS).map((setting) => [
      flagName(setting),
      { type: isSwitch(setting) ? 'boolean' : 'string' } as const,
    ]),
  );
  // Not strict: an unknown flag is reported together with everything else that is wrong.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowNegative: true, tokens: true });
  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional')
      return { kind: 'misuse', problem: `'${token.value}' is neither a command nor a flag.` };
    if (token.kind !== 'option') continue;
    flags.set(token.name, token.value ?? String(!token.rawName.startsWith('--no-')));
  }
  return { kind, flags };
}
