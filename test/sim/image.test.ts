import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imageSettings } from '../../sim/image.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function read(dockerfile: string) {
  const path = join(folder, 'Dockerfile');
  await writeFile(path, dockerfile);
  return imageSettings(['/here'], path);
}

describe('imageSettings()', () => {
  test('reads the flags and the environment of the last stage, over several lines, and puts in what may be read', async () => {
    const dockerfile = `FROM a AS build
ENV NOT=this
FROM b
ENV A=1 \\
  B=2
ENV C=3
ENTRYPOINT ["/nodejs/bin/node", \\
  "--flag", "--allow-fs-read=/app", "/app/drain-wait.cjs"]
`;
    expect(await read(dockerfile)).toEqual({
      env: { A: '1', B: '2', C: '3' },
      nodeFlags: ['--flag', '--allow-fs-read=/here'],
    });
  });

  test('fails where the program is not started', async () => {
    await expect(read('FROM b\nENTRYPOINT ["/bin/true"]\n')).rejects.toThrow('has no ENTRYPOINT that starts');
  });
});
