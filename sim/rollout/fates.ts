import type { AwsRequest } from '../aws/api.ts';
import type { Actor, Moment } from '../timeline.ts';
import type { RolloutPods } from './pods.ts';
import type { PodFate } from './result.ts';

/** Reads from the timeline what became of each pod that was deleted. */
export function fatesOf(
  moments: readonly Moment[],
  requests: readonly AwsRequest[],
  { accessKeyOf, reasonOf }: Pick<RolloutPods, 'accessKeyOf' | 'reasonOf'>,
): readonly PodFate[] {
  const startedAtMs = moments.find(({ what }) => what === 'starts the rollout')?.atMs ?? Number.NaN;
  return moments
    .filter(({ actor, what }) => actor === 'api-server' && what === 'pod deleted')
    .map(({ atMs, fields }) => {
      const pod = String(fields['pod']);
      const find = (actor: Actor, what: string, wanted: Readonly<Record<string, unknown>>) => {
        const found = moments.find(
          (moment) =>
            moment.actor === actor &&
            moment.what === what &&
            Object.entries(wanted).every(([name, value]) => moment.fields[name] === value),
        );
        return found === undefined ? undefined : found.atMs - startedAtMs;
      };
      const ip = moments.find(({ what, fields }) => what === 'registers target' && fields['pod'] === pod)?.fields['ip'];
      return {
        pod,
        deletedAtMs: atMs - startedAtMs,
        deregisteredAtMs: find('elbv2', 'target state', { ip, state: 'draining' }),
        routedUntilMs: find('load-balancer', 'stops routing', { ip }) ?? Number.NaN,
        sigtermAtMs: find('kubelet', 'sends SIGTERM', { pod, container: 'app' }) ?? Number.NaN,
        endedAtMs: find('kubelet', 'pod ended', { pod }) ?? Number.NaN,
        killed: find('kubelet', 'sends SIGKILL', { pod, container: 'app' }) !== undefined,
        calls: requests.filter(({ accessKeyId }) => accessKeyId === accessKeyOf(pod)).length,
        reason: reasonOf(pod),
      };
    });
}
