import { fileURLToPath } from 'node:url';
import { type ContainerProcess, spawnProcess } from './kubelet/process.ts';

const WEB_APP = fileURLToPath(new URL('./web-app.ts', import.meta.url));
const SCALED_TIME = fileURLToPath(new URL('./scaled-time.ts', import.meta.url));

/** Runs the web application as a child process that lives `speed` times as fast; tells the port once it listens there. */
export function startWebApp(speed: number, listening: (port: number) => void): ContainerProcess {
  return spawnProcess({
    command: process.execPath,
    args: ['--import', SCALED_TIME, WEB_APP],
    env: { SIM_SPEED: String(speed) },
    onLine(line) {
      const { msg, port } = JSON.parse(line) as { readonly msg: string; readonly port: number };
      if (msg === 'listening') listening(port);
    },
  });
}
