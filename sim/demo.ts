import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { type EmbeddedCluster, startCluster } from './cluster.ts';
import { type ContainerProcess, spawnProcess } from './kubelet/process.ts';
import type { RunningPod } from './kubelet.ts';
import { pod, service, targetGroupBinding } from './kubernetes/builders.ts';
import { type LoadBalancer, startLoadBalancer } from './load-balancer.ts';
import { narrate, seconds, wantsColors } from './narrate.ts';
import { type LogLine, runProtectedPod } from './protected-pod.ts';
import type { Moment } from './timeline.ts';

const HELP = `Deletes a pod of an embedded cluster and shows what happens, in order.

Usage: npm run demo -- [flags]

  --without   a pod without drain-wait, for comparison
  --speed N   how many times as fast as real time (6)
  --lag S     seconds from the deletion to the deregistration by the controller (3)
  --json      one JSON object a line, the verdict last
  --help      this text
`;

const WEB_APP = fileURLToPath(new URL('./web-app.ts', import.meta.url));
const POD_IP = '10.1.0.7';

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

function readArguments(): DemoOptions | undefined {
  const { values } = parseArgs({
    options: {
      without: { type: 'boolean', default: false },
      speed: { type: 'string', default: '6' },
      lag: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    without: values.without,
    json: values.json,
    speed: positive('speed', values.speed),
    lagMs: positive('lag', values.lag) * 1_000,
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
  let load: LoadBalancer | undefined;
  try {
    const group = cluster.elbv2.createTargetGroup({ name: 'k8s-shop-web-1a2b', loadBalancer: 'alb' });
    cluster.store.put(service({ name: 'web' }));
    cluster.store.put(
      targetGroupBinding({ name: 'web', spec: { targetGroupARN: group.arn, targetGroupProtocol: 'HTTP' } }),
    );
    const appPort = Promise.withResolvers<number>();
    const running = await startPod(cluster, options.without, () => startApp(cluster, appPort.resolve));
    const address = { host: '127.0.0.1', port: await appPort.promise };
    const target = { id: POD_IP, port: 8080 };
    load = startLoadBalancer({ ...cluster, targetGroup: group.arn, target, address, everyMs: 500 });
    await cluster.clock.sleep(3_000);

    cluster.timeline.record('user', 'deletes the pod', { pod: running.name });
    cluster.store.deletePod(running.namespace, running.name);
    await running.ended;
    while (cluster.elbv2.isRouting(group.arn, target)) await cluster.clock.sleep(100);
    return judge(cluster.timeline.moments, load);
  } finally {
    load?.close();
    await cluster.close();
    stopShowing();
  }
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

function startApp(cluster: EmbeddedCluster, listening: (port: number) => void): ContainerProcess {
  return spawnProcess({
    command: process.execPath,
    args: [WEB_APP],
    onLine(line) {
      const { msg, port } = JSON.parse(line) as { msg: string; port: number };
      cluster.timeline.record('app', msg);
      listening(port);
    },
  });
}

function judge(moments: readonly Moment[], { sent, failed }: LoadBalancer): Verdict {
  const at = (actor: Moment['actor'], what: string, container?: string) =>
    moments.find(
      (moment) =>
        moment.actor === actor &&
        moment.what === what &&
        (container === undefined || moment.fields['container'] === container),
    )?.atMs ?? Number.NaN;
  const deletedAtMs = at('user', 'deletes the pod');
  const sigtermAfterMs = at('kubelet', 'sends SIGTERM', 'app') - deletedAtMs;
  const routedUntilMs = at('load-balancer', 'stops routing') - deletedAtMs;
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

function readArgumentsOrExit(): DemoOptions | undefined {
  try {
    return readArguments();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

const options = readArgumentsOrExit();
if (options === undefined) {
  console.log(HELP);
} else {
  const verdict = await run(options);
  printVerdict(verdict, options);
  // The comparison is meant to look bad.
  if (!verdict.good && !options.without) process.exitCode = 1;
}
