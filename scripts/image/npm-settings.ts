import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workshop } from './workshop.ts';

/**
 * Arguments that give the build what npm needs on this machine to reach its registry, and the packages that it has already.
 * They are mounted while the build runs, so nothing of them gets into an image.
 */
export async function npmMounts({ folder, tool }: Workshop): Promise<readonly string[]> {
  const settings = JSON.parse(await tool('npm', ['config', 'list', '--json']));
  const file = join(folder, 'npmrc');
  const certificates = process.env['NODE_EXTRA_CA_CERTS'] ?? settings.cafile;
  const lines = [
    await readFile(settings.userconfig, 'utf8').catch(() => ''),
    `registry=${settings.registry}`,
    ...(certificates ? ['cafile=/root/certificates.pem'] : []),
  ];
  await writeFile(file, lines.map((each) => `${each}\n`).join(''), { mode: 0o600 });
  await mkdir(settings.cache, { recursive: true });
  return [
    ...mount(settings.cache, '/root/.npm'),
    ...mount(file, '/root/.npmrc:ro'),
    ...(certificates ? mount(certificates, '/root/certificates.pem:ro') : []),
  ];
}

function mount(from: string, to: string): readonly string[] {
  return ['--volume', `${from}:${to}`];
}
