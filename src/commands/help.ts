import { REASONS } from '../core/outcome.ts';
import { flagName, SETTINGS } from '../settings.ts';

/** Exit codes that no reason of a hold has. */
export const EXIT = { failure: 1, misuse: 2 } as const;

export function helpText(): string {
  return `drain-wait: holds SIGTERM until the AWS load balancer has let go of the pod.

Usage: drain-wait [command] [flags]

Commands:
  serve    the sidecar: answers the preStop hook when every target of the pod is drained (default)
  wait     one hold, for an exec hook or a script; prints the result as JSON
  check    what a hold would find right now, as JSON: the pod, its targets, what is missing
  inject   manifests in, the same manifests with the sidecar out: drain-wait inject --help
  lint     manifests in, what is wrong with them out: drain-wait lint --help
  doctor   what is wrong with a pod in a cluster, why, and what to do: drain-wait doctor --help
  verify   steady requests to a URL while you roll out, and which of them failed: drain-wait verify --help
  help     this text
  version  the version

Each flag is also an environment variable: --settle-alb 20s is DRAIN_WAIT_SETTLE_ALB=20s.
AWS_REGION, AWS_ENDPOINT_URL*, AWS credentials and KUBECONFIG work as usual.

Flags of serve, wait and check:
${Object.values(SETTINGS).map(describeFlag).join('\n')}

Exit codes of wait: ${Object.entries(REASONS)
    .map(([reason, { exitCode }]) => `${reason} ${exitCode}`)
    .join(', ')}. Wrong settings: ${EXIT.misuse}. Anything else that fails: ${EXIT.failure}.
`;
}

function describeFlag(setting: (typeof SETTINGS)[keyof typeof SETTINGS]): string {
  const fallback = setting.fallback === undefined ? '' : `  (${setting.fallback})`;
  return `  --${flagName(setting)}${fallback}\n      ${setting.about}`;
}
