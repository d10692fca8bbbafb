import type { AwsRequest } from '../sim/aws/api.ts';
import { type EmbeddedAws, type EmbeddedAwsOptions, startEmbeddedAws } from '../sim/embedded-aws.ts';
import { createStore, type Store } from '../sim/kubernetes/store.ts';
import type { Listening } from '../sim/listen.ts';
import { createTimeline, type Timeline } from '../sim/timeline.ts';
import { systemClock } from '../src/clock.ts';
import type { Clock } from '../src/core/ports.ts';
import { connectTo } from './aws-side/api-server.ts';
import { createBalancers } from './aws-side/balancers.ts';
import { startMirror } from './aws-side/mirror.ts';
import { isOnNode } from './aws-side/on-node.ts';
import { createPodDiary, type PodDiary } from './aws-side/pod-diary.ts';

export interface AwsSideOptions extends Pick<EmbeddedAwsOptions, 'lagMs' | 'bucket' | 'roles'> {
  /** The file. */
  readonly kubeconfig: string;
  /** An IPv4 address of this machine that the pods can reach: the AWS API listens there. */
  readonly host: string;
  /**
   * Which IP addresses besides loopback the load balancers may send requests to. Absent: those of the pods on the node of this
   * folder, from where nothing leaves the machine.
   */
  readonly isReachable?: (ip: string) => boolean;
  /** Which namespaces are looked at. Absent: all whose name does not begin with `kube-`. */
  readonly isWatched?: (namespace: string) => boolean;
}

/** AWS around a real cluster, in this process and in real time. */
export interface AwsSide extends EmbeddedAws {
  readonly clock: Clock;
  /** What happened in AWS, and to the pods. */
  readonly timeline: Timeline;
  /** What the cluster has, as the controller sees it. */
  readonly store: Store;
  readonly diary: PodDiary;
  /** The load balancer of this target group (ARN), on loopback. It is closed with everything else at the latest. */
  startBalancer(targetGroup: string): Promise<Listening>;
  /** The calls to the AWS API that were signed with this access key, oldest first. */
  callsOf(accessKeyId: string): readonly AwsRequest[];
}

/** Resolves when everything that the cluster has is known. Rejects with an ApiServerError where it cannot be read. */
export async function startAwsSide(options: AwsSideOptions): Promise<AwsSide> {
  const { kubeconfig, isReachable = isOnNode, isWatched = isOrdinary, ...asked } = options;
  const clock = systemClock;
  const api = await connectTo(kubeconfig);
  const timeline = createTimeline(clock);
  const startedAtWallMs = Date.now();
  const toTimelineMs = (wallMs: number) => wallMs - startedAtWallMs;
  const store = createStore({ clock, timeline, slices: 'put' });
  const closing = new AbortController();
  const { signal } = closing;
  const aws = await startEmbeddedAws({ ...asked, clock, timeline, store });
  const balancers = createBalancers({ clock, elbv2: aws.elbv2, isReachable });
  const { diary, see, seeGone } = createPodDiary({ api, clock, timeline, toTimelineMs, signal });

  async function close(): Promise<void> {
    closing.abort();
    await Promise.all([balancers.close(), aws.close()]);
  }

  try {
    await startMirror({ api, store, clock, isWatched, onPod: see, onPodGone: seeGone, signal });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...aws,
    clock,
    timeline,
    store,
    diary,
    startBalancer: balancers.start,
    callsOf: (accessKeyId) => aws.aws.requests.filter((request) => request.accessKeyId === accessKeyId),
    close,
  };
}

function isOrdinary(namespace: string): boolean {
  return !namespace.startsWith('kube-');
}
