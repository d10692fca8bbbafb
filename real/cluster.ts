// A real Kubernetes node on this machine: npm run cluster -- --help
import { parseArgs } from 'node:util';
import { askedToStop } from '../scripts/asked-to-stop.ts';
import { runCommand } from '../sim/run-command.ts';
import { explained } from './explained.ts';
import { nodeStatus, removeNode } from './node/node.ts';
import { KUBECONFIG, PLACE } from './node/place.ts';
import { raiseNode } from './node/use-node.ts';

const HELP = `A real Kubernetes node on this machine: etcd, API server, scheduler, controllers, containerd and kubelet. Pods get addresses of
their own, and what is sent to them stays on this machine.

Usage: npm run cluster -- up | down | status

  up      builds what is not there yet (minutes the first time, then a cache has it) and starts the node
  down    ends every process of it, and removes its mounts, interfaces and files
  status  which of its parts run; exit code 1 where one does not

Needs Linux, root, Go, and the Debian packages containerd, runc, containernetworking-plugins, etcd-server and busybox-static.
Programs in the folder KUBEBUILDER_ASSETS are used first. The node's files and logs are in ${PLACE}.`;

const COMMANDS = { up, down, status } as const;

function readCommand(args: readonly string[]): (() => Promise<number>) | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h', default: false } },
    allowPositionals: true,
  });
  if (values.help) return undefined;
  const [name = ''] = positionals;
  if (name in COMMANDS && positionals.length === 1) return COMMANDS[name as keyof typeof COMMANDS];
  throw new Error(`Say one of ${Object.keys(COMMANDS).join(', ')}: it is '${positionals.join(' ')}'.`);
}

async function up(): Promise<number> {
  const started = await raiseNode({ say: (text) => console.log(text), signal: askedToStop() });
  if (!started) console.log('The node is up already.');
  console.log(`\nexport KUBECONFIG=${KUBECONFIG}`);
  return 0;
}

async function down(): Promise<number> {
  await removeNode();
  console.log('The node is down, and nothing of it is left.');
  return 0;
}

async function status(): Promise<number> {
  const parts = [...(await nodeStatus())];
  for (const [name, runs] of parts) console.log(`${name.padEnd(24)} ${runs ? 'runs' : 'does not run'}`);
  return parts.every(([, runs]) => runs) ? 0 : 1;
}

process.exitCode = await runCommand(HELP, () => readCommand(process.argv.slice(2)), explained);
