import { mkdir, writeFile } from 'node:fs/promises';
import type { Daemon } from './daemon.ts';
import { CNI_CONFIG } from './network.ts';
import { PAUSE_IMAGE } from './pause-image.ts';
import { CONTAINERD_SOCKET, inPlace } from './place.ts';
import type { Programs } from './programs.ts';

const CONFIG_FILE = inPlace('containerd.toml');
const CNI_FOLDER = inPlace('cni/config');

export async function writeContainerdConfig({ cni }: Programs): Promise<void> {
  await mkdir(CNI_FOLDER, { recursive: true });
  await writeFile(`${CNI_FOLDER}/drain-wait.conflist`, JSON.stringify(CNI_CONFIG));
  await writeFile(CONFIG_FILE, config(cni));
}

export function containerd(programs: Programs): Daemon {
  return { name: 'containerd', command: programs.containerd, args: ['--config', CONFIG_FILE] };
}

/** Nothing of it is the system's containerd's: root, state, socket, network namespaces and runc's state are in the node's place. */
function config(cniFolder: string): string {
  return `version = 2
root = "${inPlace('containerd/root')}"
state = "${inPlace('containerd/state')}"

[grpc]
  address = "${CONTAINERD_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${inPlace('containerd/opt')}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  netns_mounts_under_state_dir = true
  # Where root may not lower its OOM score, as in many containers, every sandbox would end at its start.
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniFolder}"
    conf_dir = "${CNI_FOLDER}"

  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "${inPlace('containerd/state/runc')}"
      SystemdCgroup = false
`;
}
