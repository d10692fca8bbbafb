import { readFileSync } from 'node:fs';

/** How the image starts Node. The Dockerfile is the one place where that is decided. */
export interface ImageSettings {
  readonly env: Readonly<Record<string, string>>;
  /** Flags of Node, which in the image may read below `/app` and `/var/run/secrets`. */
  readonly nodeFlags: readonly string[];
}

const PROGRAM = '/app/drain-wait.cjs';

/**
 * Reads them from the last stage of the Dockerfile. `readable` takes the place of the folders that Node may read in the image,
 * for a program that lies elsewhere.
 */
export function imageSettings(readable: readonly string[], dockerfile = 'Dockerfile'): ImageSettings {
  const text = readFileSync(dockerfile, 'utf8').replaceAll('\\\n', ' ');
  const stage = text.slice(text.lastIndexOf('\nFROM '));
  const env = [...stage.matchAll(/^ENV +(.*)$/gm)]
    .flatMap(([, pairs = '']) => pairs.trim().split(/ +/))
    .map((pair) => pair.split('=', 2));
  const command = JSON.parse(/^ENTRYPOINT +(.*)$/m.exec(stage)?.[1] ?? '[]') as readonly string[];
  const flags = command.slice(1, command.indexOf(PROGRAM));
  if (!command.includes(PROGRAM)) throw new Error(`${dockerfile} has no ENTRYPOINT that starts ${PROGRAM}`);
  return {
    env: Object.fromEntries(env),
    nodeFlags: [...flags.filter((flag) => !flag.startsWith(READ)), ...readable.map((folder) => READ + folder)],
  };
}

const READ = '--allow-fs-read=';
