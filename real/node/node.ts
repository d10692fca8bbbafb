import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from '../../scripts/tool.ts';
import { containerd, writeContainerdConfig } from './containerd.ts';
import { apiServer, controllerManager, etcd, scheduler, writeCredentials } from './control-plane.ts';
import { type Daemon, isRunning, lastWords, startDaemon, stopDaemon } from './daemon.ts';
import { type KubeletSettings, kubelet, writeKubeletConfig } from './kubelet.ts';
import { raiseNetwork, removeNetwork } from './network.ts';
import { makePauseImage } from './pause-image.ts';
import { CONTAINERD_SOCKET, KUBECONFIG, NODE_NAME, PLACE } from './place.ts';
import { type Programs, providePrograms } from './programs.ts';
import { endContainers, removeRemains } from './remains.ts';

/** In the order in which they start. They end in the opposite one. */
const DAEMONS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'kubelet',
] as const;

const LOOK_MS = 200;
const LONGEST_START_MS = 120_000;

export interface NodeOptions {
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Starts the node: Ready when it resolves. Something must have cleared away an earlier one. @throws with what is missing, or what a part said last. */
export async function startNode({ say, signal }: NodeOptions): Promise<void> {
  const programs = await providePrograms(say, signal);
  const run = (command: string, args: readonly string[]) => runTool(command, args, { signal });
  await mkdir(PLACE, { recursive: true });
  await writeCredentials();
  await raiseNetwork(run);
  say('starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler');
  await startDaemon(etcd(programs));
  await startAndWait(apiServer(programs), () => kubectl(programs, ['get', '--raw=/readyz'], signal), signal);
  await startDaemon(controllerManager(programs));
  await startDaemon(scheduler(programs));
  say('starts containerd and the kubelet');
  await writeContainerdConfig(programs);
  await startAndWait(containerd(programs), () => ctr(programs, ['version'], signal), signal);
  await ctr(programs, ['images', 'import', await makePauseImage(programs, run)], signal);
  await startKubelet(programs, signal);
  say(`node ${NODE_NAME} is ready: KUBECONFIG=${KUBECONFIG}`);
}

/** Ends everything that a node has started here, and removes what it has left. Nothing where there is none. */
export async function removeNode(): Promise<void> {
  // Whoever asked to stop wants this most of all: it has no signal.
  const run = (command: string, args: readonly string[]) =>
    runTool(command, args, { signal: new AbortController().signal });
  await stopDaemon('kubelet');
  await endContainers();
  for (const name of DAEMONS.toReversed()) await stopDaemon(name);
  await removeNetwork(run);
  await removeRemains(run);
}

/** Each part, and whether it runs. */
export async function nodeStatus(): Promise<ReadonlyMap<string, boolean>> {
  const parts = await Promise.all(DAEMONS.map(async (name) => [name, await isRunning(name)] as const));
  return new Map(parts);
}

/** As a crash or an upgrade would: the containers go on. It comes back after `downMs`. */
export async function restartKubelet(signal: AbortSignal, settings?: KubeletSettings, downMs = 0): Promise<void> {
  const programs = await providePrograms(() => {}, signal);
  await stopDaemon('kubelet');
  await sleep(downMs, undefined, { signal });
  await startKubelet(programs, signal, settings);
}

/** As a crash or an upgrade would: the containers go on. */
export async function restartContainerd(signal: AbortSignal): Promise<void> {
  const programs = await providePrograms(() => {}, signal);
  await stopDaemon('containerd');
  await startAndWait(containerd(programs), () => ctr(programs, ['version'], signal), signal);
}

/** Makes an image of a docker-archive known to the node. */
export async function importImage(archive: string, signal: AbortSignal): Promise<void> {
  await ctr(await providePrograms(() => {}, signal), ['images', 'import', archive], signal);
}

async function startKubelet(programs: Programs, signal: AbortSignal, settings?: KubeletSettings): Promise<void> {
  await writeKubeletConfig(settings);
  const isReady = `-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}`;
  await startAndWait(
    kubelet(programs),
    async () => {
      const ready = await kubectl(programs, ['get', 'node', NODE_NAME, isReady], signal);
      if (ready !== 'True') throw new Error(`node ${NODE_NAME} is not Ready`);
    },
    signal,
  );
}

/** @throws with its last words, when it ends or is not ready in time. */
async function startAndWait(daemon: Daemon, ready: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + LONGEST_START_MS;
  await startDaemon(daemon);
  for (;;) {
    try {
      await ready();
      return;
    } catch (error) {
      signal.throwIfAborted();
      const ended = !(await isRunning(daemon.name));
      if (ended || Date.now() > giveUpAt) {
        const what = ended ? 'has ended' : `is not ready after ${LONGEST_START_MS / 1_000} s`;
        throw new Error(`${daemon.name} ${what}. It said last:\n${await lastWords(daemon.name)}`, { cause: error });
      }
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

function kubectl(programs: Programs, args: readonly string[], signal: AbortSignal): Promise<string> {
  return runTool(programs.kubectl, [`--kubeconfig=${KUBECONFIG}`, '--request-timeout=5s', ...args], { signal });
}

function ctr(programs: Programs, args: readonly string[], signal: AbortSignal): Promise<string> {
  return runTool(programs.ctr, ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', ...args], { signal });
}
