import { styleText } from 'node:util';
import type { Actor, Moment } from './timeline.ts';

const COLORS: Readonly<Record<Actor, Parameters<typeof styleText>[0]>> = {
  user: 'bold',
  'api-server': 'gray',
  kubelet: 'cyan',
  sidecar: 'green',
  app: 'blue',
  controller: 'magenta',
  elbv2: 'yellow',
  'load-balancer': 'red',
};

export interface NarrateOptions {
  readonly colors: boolean;
  /** Fields that are the same in every line of the story, and so are left out. */
  readonly leaveOut?: readonly string[];
}

/** One line of text for a moment. */
export function narrate({ atMs, actor, what, fields }: Moment, { colors, leaveOut = [] }: NarrateOptions): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const details = Object.entries(fields)
    .filter(([name, value]) => value !== undefined && !leaveOut.includes(name))
    .map(([name, value]) => describe(name, value))
    .join(', ');
  const time = `${seconds(atMs).padStart(7)}`;
  return `${time}  ${paint(COLORS[actor], actor.padEnd(13))}  ${what}${details === '' ? '' : paint('dim', `  (${details})`)}`;
}

/** `heldMs: 24900` → `held 24.9 s`; a target group by its name, as people know it. */
function describe(name: string, value: unknown): string {
  if (name.endsWith('Ms') && typeof value === 'number') return `${words(name.slice(0, -2))} ${seconds(value)}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${words(name)} ${/:targetgroup\/([^/]+)\//.exec(text)?.[1] ?? text}`;
}

function words(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** Colours are for a person at a terminal who did not ask for none (no-color.org). */
export function wantsColors(): boolean {
  return process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}
