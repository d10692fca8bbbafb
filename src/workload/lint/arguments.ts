import { parseArgs } from 'node:util';
import type { LoadBalancerKind } from '../../core/target.ts';
import { durationOf, oneOf } from '../flag-values.ts';
import { DEFAULT_LAG } from '../grace.ts';
import { SEVERITIES, type Severity } from './finding.ts';

export const HELP = `drain-wait lint: what is wrong with manifests, with file and line, why, and what to do.

Usage: drain-wait lint [flags] [FILE or FOLDER ...]
       kubectl kustomize . | drain-wait lint

Reads YAML and JSON; of a folder every manifest below it; - or nothing is the standard input. All of it is looked at together, so
give it the Services, Ingresses and Roles as well.

  --format text|json|sarif        (text)   SARIF 2.1.0 is for code scanning
  --fail-on error|warning|info    (error)  the least severity that makes the exit code 1
  --lag DURATION                  (20s)    what the controller may take to deregister a deleted pod
  --load-balancer alb|nlb                  what the pods stand behind; else as the input shows, or an ALB
  --quiet                                  as text: only what makes it fail, one line each
  --help

The annotation drain-wait/lint-ignore: rule,rule on an object or a pod template silences these rules there.
Exit codes: 0 nothing at or above --fail-on, 1 something, 2 a wrong command line or a file that cannot be read.
Every rule: docs/lint.md.
`;

const FORMATS = ['text', 'json', 'sarif'] as const;
const LOAD_BALANCERS = ['alb', 'nlb'] as const;

/** What the command line of lint asks for. */
export interface Arguments {
  /** `-` is the standard input. */
  readonly paths: readonly string[];
  readonly format: (typeof FORMATS)[number];
  /** The least severity that makes it fail. */
  readonly failOn: Severity;
  /** In ms. */
  readonly lagMs: number;
  /** Absent: as the input shows. */
  readonly loadBalancer: LoadBalancerKind | undefined;
  readonly quiet: boolean;
  readonly help: boolean;
}

/** @throws where a flag is unknown, or its value is wrong. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'text' },
      'fail-on': { type: 'string', default: 'error' },
      lag: { type: 'string', default: DEFAULT_LAG },
      'load-balancer': { type: 'string' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { format, quiet, help, lag, 'load-balancer': loadBalancer } = values;
  return {
    paths: positionals.length === 0 ? ['-'] : positionals,
    format: oneOf('format', FORMATS, format),
    failOn: oneOf('fail-on', SEVERITIES, values['fail-on']),
    lagMs: durationOf('lag', lag),
    loadBalancer: loadBalancer === undefined ? undefined : oneOf('load-balancer', LOAD_BALANCERS, loadBalancer),
    quiet,
    help,
  };
}
