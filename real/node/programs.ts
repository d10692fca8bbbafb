import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../scripts/cache-folder.ts';
import { findOnPath, isExecutable } from '../../scripts/on-path.ts';
import { runTool } from '../../scripts/tool.ts';

const TOOLS_FOLDER = join(import.meta.dirname, '../../test/e2e/tools');
const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin'] as const;
const CNI_PLUGINS = ['ptp', 'host-local', 'loopback'] as const;

/** Built from their source, where nobody brings them. Slowest first, so that its progress is seen first. */
const KUBERNETES = ['kube-apiserver', 'kube-controller-manager', 'kubelet', 'kube-scheduler', 'kubectl'] as const;

/** From the machine, with the Debian package that has each. */
const MACHINE = {
  etcd: 'etcd-server',
  containerd: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  busybox: 'busybox-static',
  ip: 'iproute2',
  umount: 'mount',
  tar: 'tar',
} as const;

type ProgramName = (typeof KUBERNETES)[number] | keyof typeof MACHINE;

/** Where each program is, and the folder of the CNI plugins as `cni`. */
export type Programs = Readonly<Record<ProgramName | 'cni', string>>;

/** What must be there before a node can be, each with how to get it. Empty: it can. Builds nothing. */
export async function missingParts(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [`Linux: this is ${process.platform}`];
  const missing = process.getuid?.() === 0 ? [] : ['root: containers, mounts and network interfaces are made'];
  const packages = new Set<string>();
  for (const [tool, debianPackage] of Object.entries(MACHINE))
    if ((await findProgram(tool)) === undefined) packages.add(debianPackage);
  if ((await findCni()) === undefined) packages.add('containernetworking-plugins');
  if (packages.size > 0) missing.push(`programs: apt-get install ${[...packages].join(' ')}`);
  const unbuilt = await unbuiltPrograms();
  if (unbuilt.length > 0 && (await findOnPath('go')) === undefined)
    missing.push(`Go, to build ${unbuilt.join(', ')}; or a folder that has them, in KUBEBUILDER_ASSETS`);
  return missing;
}

/** Builds what is not there yet: minutes the first time. @throws when something is missing, or a build fails. */
export async function providePrograms(say: (text: string) => void, signal: AbortSignal): Promise<Programs> {
  const missing = await missingParts();
  if (missing.length > 0) throw new Error(`A real node needs more than is here:\n- ${missing.join('\n- ')}`);
  for (const [index, name] of (await unbuiltPrograms()).entries()) {
    if (index === 0)
      say(`builds Kubernetes ${await version()}; minutes the first time, then ${await builtFolder()} has it`);
    await build(name, say, signal);
  }
  const found = new Map<string, string>([['cni', (await findCni()) ?? '']]);
  for (const name of [...KUBERNETES, ...Object.keys(MACHINE)]) found.set(name, (await findProgram(name)) ?? '');
  return Object.fromEntries(found) as Programs;
}

async function unbuiltPrograms(): Promise<readonly string[]> {
  const unbuilt = [];
  for (const name of KUBERNETES) if ((await findProgram(name)) === undefined) unbuilt.push(name);
  return unbuilt;
}

/** `KUBEBUILDER_ASSETS` first. Of Kubernetes then only what was built here: another kubectl on the PATH may be years older. */
export async function findProgram(name: string): Promise<string | undefined> {
  const { KUBEBUILDER_ASSETS: assets = '' } = process.env;
  const brought = join(assets, name);
  if (assets !== '' && (await isExecutable(brought))) return brought;
  if (name in MACHINE) return await findOnPath(name);
  const built = join(await builtFolder(), name);
  return (await isExecutable(built)) ? built : undefined;
}

async function findCni(): Promise<string | undefined> {
  for (const folder of CNI_FOLDERS) {
    const found = await Promise.all(CNI_PLUGINS.map((plugin) => isExecutable(join(folder, plugin))));
    if (found.every(Boolean)) return folder;
  }
  return undefined;
}

async function build(name: string, say: (text: string) => void, signal: AbortSignal): Promise<void> {
  const started = Date.now();
  const file = join(await builtFolder(), name);
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(await version()) ?? [];
  const variables = { gitVersion: await version(), gitMajor: major, gitMinor: minor };
  // Without them every client takes the server for v0.0.0.
  const flags = Object.entries(variables).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`);
  await mkdir(await builtFolder(), { recursive: true });
  await runTool(
    'go',
    [
      'build',
      '-trimpath',
      '-ldflags',
      `-s -w ${flags.join(' ')}`,
      '-o',
      `${file}.new`,
      `k8s.io/kubernetes/cmd/${name}`,
    ],
    { cwd: TOOLS_FOLDER, env: { CGO_ENABLED: '0' }, signal },
  );
  // Only now it has its name: a build that was stopped is no program.
  await rename(`${file}.new`, file);
  say(`built ${name} in ${Math.round((Date.now() - started) / 1_000)} s`);
}

async function builtFolder(): Promise<string> {
  return cacheFolder(`kubernetes-${await version()}-${process.platform}-${process.arch}`);
}

async function version(): Promise<string> {
  const goMod = await readFile(join(TOOLS_FOLDER, 'go.mod'), 'utf8');
  const found = /\sk8s\.io\/kubernetes (v\S+)/.exec(goMod)?.[1];
  if (found === undefined) throw new Error(`${TOOLS_FOLDER}/go.mod requires no k8s.io/kubernetes`);
  return found;
}
