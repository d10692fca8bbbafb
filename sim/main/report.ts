import type { Parts } from '../control/parts.ts';
import { narrate, wantsColors } from '../narrate.ts';
import type { Moment } from '../timeline.ts';

/** What a person or a program is told: where everything is, and then what happens. */
export interface Report {
  started(places: Places): string;
  moment(moment: Moment): string;
}

export interface Places {
  /** URLs of what was started, by its name. */
  readonly urls: Readonly<Record<string, string>>;
  /** What a client needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly speed: number;
}

export function urlsOf({ kubernetes, elbv2 }: Parts, control: string): Readonly<Record<string, string>> {
  return {
    ...(kubernetes === undefined ? {} : { kubernetes: kubernetes.api.url }),
    ...(elbv2 === undefined ? {} : { elbv2: elbv2.api.url }),
    control,
  };
}

/** One JSON object a line. */
export const machineReport: Report = {
  started: (places) => JSON.stringify(places),
  moment: (moment) => JSON.stringify(moment),
};

const TITLES: Readonly<Record<string, string>> = {
  kubernetes: 'Kubernetes API',
  elbv2: 'ELBv2 and STS',
  control: 'control API',
};

export const humanReport: Report = {
  started: ({
    urls,
    environment,
    speed,
  }) => `The embedded cluster runs${speed === 1 ? '' : `, ${speed} times as fast as the real clock`}.

${Object.entries(urls)
  .map(([name, url]) => `  ${(TITLES[name] ?? name).padEnd(15)} ${url}`)
  .join('\n')}

For a client, in another terminal:

${Object.entries(environment)
  .map(([name, value]) => `export ${name}=${quoted(value)}`)
  .join('\n')}

What happens, in simulated time (Ctrl-C ends it):
`,
  moment: (moment) => narrate(moment, { colors: wantsColors() }),
};

/** For a shell: a temporary folder may have any name. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
