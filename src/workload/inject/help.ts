import { flagName, isSwitch } from '../../settings.ts';
import { SETTING_FLAGS } from './flags.ts';

export function injectHelp(): string {
  return `drain-wait inject: adds the sidecar and the hook to the pods in manifests.

Usage: drain-wait inject [flags] [FILE or FOLDER ...] > injected.yaml
       drain-wait inject < web.yaml | kubectl apply -f -

Reads YAML or JSON from files, from the .yaml, .yml and .json files below folders, or from the standard input (-, or nothing).
Writes the same manifests to the standard output. Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Argo
Rollouts and Pods get
  - the sidecar, with a token volume of its own,
  - the preStop hook on each main container,
  - terminationGracePeriodSeconds, where it is missing or too short: lag + settle time + reserve + 2 s, up to the next ten seconds.
Everything else stays as it is, to the byte: other objects, comments, order, quotes. To inject again changes nothing; with other flags it
brings the sidecar up to date and leaves what somebody has added to it. What has the label or annotation drain-wait/inject: disabled, itself
or in its pod template, is left alone.

Flags:
  --native, --classic
      A native sidecar (an init container with restartPolicy Always, Kubernetes 1.29 or newer), or an ordinary container. Default: as the
      sidecar is, or native.
  --image IMAGE
      The image of the sidecar. Default: as the sidecar has it, or drain-wait with the tag of this version.
  --container NAME
      Only this container gets the hook. May be given several times. Default: every main container.
  --load-balancer alb|nlb  (alb)
      What stands before the pods: its settle time is part of the grace period.
  --lag DURATION  (20s)
      How long the controller may take to deregister a deleted pod: part of the grace period.
  --overwrite-hooks
      Replaces preStop hooks that are there already. Without it they are an error, and nothing is written.
  --skip-hooked
      Leaves such hooks as they are: that container gets SIGTERM when its own hook has ended.
  --diff
      Writes what would change, as a unified diff.
  --quiet, -q
      No word on the standard error about what was done.
  --help, -h
      This text.

Settings of the sidecar, each written into its environment:
${SETTING_FLAGS.map(describeFlag).join('\n')}

Exit codes: 0; 1 where something is refused or cannot be read; 2 for wrong flags. With 1 and 2 nothing is written to the standard output.
`;
}

function describeFlag(setting: (typeof SETTING_FLAGS)[number]): string {
  const fallback = setting.fallback === undefined ? '' : `  (${setting.fallback})`;
  const value = isSwitch(setting) ? '' : ' VALUE';
  return `  --${flagName(setting)}${value}${fallback}\n      ${setting.about}`;
}
