import { parseArgs, styleText } from 'node:util';
import { duration } from '../../src/settings.ts';
import { addTargetGroup } from '../add-target-group.ts';
import { type EmbeddedCluster, startCluster } from '../cluster.ts';
import { startAlb } from '../data-plane/alb.ts';
import type { ContainerProcess } from '../kubelet/process.ts';
import type { RunningPod } from '../kubelet.ts';
import { pod } from '../kubernetes/builders.ts';
import { type Load, type LoadReport, startLoad } from '../load/load.ts';
import { narrate, seconds, wantsColors } from '../narrate.ts';
import { type LogLine, runProtectedPod } from '../protected-pod.ts';
import { runCommand } from '../run-command.ts';
import { findMoment, type Moment, type Timeline } from '../timeline.ts';
import { startWebApp } from '../web-app-process.ts';

const HELP = `Deletes a pod of an embedded cluster and shows what happens, in order.

Usage: npm run demo -- [flags]
       npm run demo -- rollout [flags]    a rolling update under load, side by side with what people use today
       npm run demo -- real [flags]       the same in real pods, on a real Kubernetes node of this machine

  --without       a pod without drain-wait, for comparison
  --speed N       how many times as fast as real time (6)
  --lag DURATION  from the deletion to the deregistration by the controller (3s)
  --json          one JSON object a line, the verdict last
  --help          this text
`;

const POD_IP = '10.1.0.7';
const APP_PORT = 8080;
const REQUESTS_PER_SECOND = 2;

interface DemoOptions {
  readonly without: boolean;
  readonly speed: number;
  readonly lagMs: number;
  readonly json: boolean;
}

interface Verdict {
  readonly good: boolean;
  readonly text: string;
  /** Simulated ms after the deletion. */
  readonly sigtermAfterMs: number;
  readonly routedUntilMs: number;
  readonly requests: number;
  readonly failed: number;
}

function readArguments(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      without: { type: 'boolean', default: false },
      speed: { type: 'string', default: '6' },
      lag: { type: 'string', default: '3s' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    without: values.without,
    json: values.json,
    speed: positive('speed', values.speed),
    lagMs: duration(values.lag),
  };
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 1_000))
    throw new RangeError(`--${name} must be a number from 0 to 1000: current value is ${value}`);
  return number;
}

async function run(options: DemoOptions): Promise<Verdict> {
  const cluster = await startCluster({ speed: options.speed, lagMs: options.lagMs });
  const show = printer(options);
  const stopShowing = cluster.timeline.onMoment(show);
  const { clock, timeline, elbv2, store } = cluster;
  try {
    const group = addTargetGroup(cluster, 'web', { group: { name: 'k8s-shop-web-1a2b' } });
    const appPort = Promise.withResolvers<number>();
    const running = await startPod(cluster, options.without, () => startWebApp(cluster.speed, appPort.resolve));
    const address = { host: '127.0.0.1', port: await appPort.promise };
    cluster.addresses.set(`${POD_IP}:${APP_PORT}`, address);
    void running.ended.then(() => cluster.addresses.delete(`${POD_IP}:${APP_PORT}`));
    await until(cluster, () => elbv2.routable(group.arn).length > 0);
    const reach = (ip: string, port: number) => cluster.addresses.get(`${ip}:${port}`);
    const balancer = await startAlb({ clock, elbv2, targetGroup: group.arn, address: reach });
    const load = startRequests(cluster, balancer.url);
    await clock.sleep(3_000);

    timeline.record('user', 'deletes the pod', { pod: running.name });
    store.deletePod(running.namespace, running.name);
    await running.ended;
    await until(cluster, () => timeline.moments.some(({ what }) => what === 'stops routing'));
    const report = await load.stop();
    await balancer.close();
    return judge(timeline, report);
  } finally {
    await cluster.close();
    stopShowing();
  }
}

/** Sent as long as the load balancer has somewhere to send them: this Deployment has no other pod. */
function startRequests({ clock, timeline }: EmbeddedCluster, url: string): Load {
  const load = startLoad({
    clock,
    url,
    ratePerSecond: REQUESTS_PER_SECOND,
    mix: { short: 1, slow: 0, 'keep-alive': 0 },
    onFailure: ({ why }) => timeline.record('load-balancer', `answers ${why}`),
  });
  timeline.onMoment(({ what }) => {
    if (what === 'stops routing') void load.stop();
  });
  return load;
}

async function until({ clock }: EmbeddedCluster, isSo: () => boolean): Promise<void> {
  while (!isSo()) await clock.sleep(100);
}

/** With drain-wait the real sidecar runs beside the application, as the image will run it. */
async function startPod(cluster: EmbeddedCluster, without: boolean, app: () => ContainerProcess): Promise<RunningPod> {
  if (without) {
    const plain = pod({ name: 'web-1', labels: { app: 'web' }, ready: false, ips: [POD_IP] });
    return await cluster.kubelet.run({ pod: plain, containers: { app }, readyAfterMs: 1_000 });
  }
  const running = await runProtectedPod({ cluster, name: 'web-1', ips: [POD_IP], app, readyAfterMs: 1_000, onLog });
  function onLog({ msg, level, time, ...fields }: LogLine): void {
    if (TOLD_BY_SIDECAR.has(msg)) cluster.timeline.record('sidecar', msg, briefly(msg, fields));
  }
  return running;
}

const TOLD_BY_SIDECAR = new Set([
  'hold started',
  'targets found',
  'target state',
  'hold released',
  'ELBv2 call failed',
]);

/** The fields of a log line that a person wants to see beside all the others. */
function briefly(message: string, fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { reason, heldMs, state, source, deadlineInMs } = fields;
  switch (message) {
    case 'hold started':
      return { deadlineInMs };
    case 'targets found':
      return { source };
    case 'target state':
      return { state };
    case 'hold released':
      return { reason, heldMs };
    default:
      return {};
  }
}

function judge(timeline: Timeline, { sent, failures }: LoadReport): Verdict {
  const failed = failures.length;
  const at = (what: string, container?: string) => findMoment(timeline, what, container)?.atMs ?? Number.NaN;
  const deletedAtMs = at('deletes the pod');
  const sigtermAfterMs = at('sends SIGTERM', 'app') - deletedAtMs;
  const routedUntilMs = at('stops routing') - deletedAtMs;
  const good = sigtermAfterMs >= routedUntilMs && failed === 0;
  const order =
    sigtermAfterMs >= routedUntilMs
      ? `the application got SIGTERM ${seconds(sigtermAfterMs - routedUntilMs)} after the load balancer had let go of it`
      : `the application got SIGTERM ${seconds(routedUntilMs - sigtermAfterMs)} before the load balancer let go of it`;
  return {
    good,
    text: `${order}; ${failed} of ${sent} requests failed`,
    sigtermAfterMs: Math.round(sigtermAfterMs),
    routedUntilMs: Math.round(routedUntilMs),
    requests: sent,
    failed,
  };
}

function printer({ json }: DemoOptions): (moment: Moment) => void {
  const colors = wantsColors();
  return (moment) =>
    console.log(
      json
        ? JSON.stringify({ ...moment, atMs: Math.round(moment.atMs) })
        : narrate(moment, { colors, leaveOut: ['namespace', 'pod'] }),
    );
}

function printVerdict(verdict: Verdict, { json, speed }: DemoOptions): void {
  if (json) {
    console.log(JSON.stringify({ verdict }));
    return;
  }
  const word = verdict.good ? styleText('green', 'GOOD') : styleText('red', 'BAD');
  console.log(`\n${word}  ${verdict.text}. (Times are simulated, ${speed} times as fast as real ones.)`);
}

/** `npm run demo`. Resolves with the exit code. */
export function onePodDemo(args: readonly string[]): Promise<number> {
  return runCommand(HELP, () => readArguments(args), show);
}

async function show(options: DemoOptions): Promise<number> {
  const verdict = await run(options);
  printVerdict(verdict, options);
  // The comparison is meant to look bad.
  return verdict.good || options.without ? 0 : 1;
}
