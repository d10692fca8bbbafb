import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { SETTINGS } from '../../src/settings.ts';

const dockerfile = await readFile('Dockerfile', 'utf8');

const instructions = dockerfile
  .replaceAll('\\\n', '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Those of the last stage: what the image is. */
const final = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));

function only(instruction: string): string {
  const found = final.filter((line) => line.startsWith(`${instruction} `));
  expect(found).toHaveLength(1);
  return (found[0] ?? '').slice(instruction.length + 1);
}

function defaultOf(argument: string): string | undefined {
  return instructions.find((line) => line.startsWith(`ARG ${argument}=`))?.split('=')[1];
}

describe('the Dockerfile', () => {
  test('needs no builder with a syntax of its own', () => {
    expect(dockerfile).not.toMatch(/^# *syntax|--link|<</m);
  });

  test('takes both images as arguments that have a default', () => {
    const from = instructions.filter((line) => line.startsWith('FROM'));
    expect(from.map((line) => /\$\{(\w+)\}(?= AS|$)/.exec(line)?.[1])).toEqual(['BUILD_IMAGE', 'BASE_IMAGE']);
    expect(defaultOf('BUILD_IMAGE')).toMatch(/\/node:26-/);
    expect(defaultOf('BASE_IMAGE')).toMatch(/\/distroless\/nodejs26-.*:nonroot$/);
  });

  test('runs as a number, which the kubelet can check', () => {
    expect(only('USER')).toBe('65532:65532');
  });

  test('starts the program without a shell', () => {
    expect(JSON.parse(only('ENTRYPOINT'))).toEqual(expect.arrayContaining(['/nodejs/bin/node', '/app/drain-wait.cjs']));
    expect(final.filter((line) => /^(RUN|CMD|SHELL) /.test(line))).toEqual([]);
  });

  test('has a command that needs no shell either, for kubectl exec', () => {
    expect(dockerfile).toContain(
      `'#!/nodejs/bin/node\\nrequire("/app/drain-wait.cjs");\\n' > /image/usr/local/bin/drain-wait`,
    );
  });

  test("exposes the port that is the program's default", () => {
    expect(only('EXPOSE')).toBe(SETTINGS.port.fallback);
  });

  test('says what the package says', () => {
    expect(defaultOf('VERSION')).toBe(packageJson.version);
    const labels = only('LABEL');
    expect(labels).toContain(`org.opencontainers.image.title="${packageJson.name}"`);
    expect(labels).toContain(`org.opencontainers.image.description="${packageJson.description}"`);
    expect(labels).toContain(`org.opencontainers.image.licenses="${packageJson.license}"`);
    expect(labels).toMatch(/image\.revision="\$\{REVISION\}"/);
  });
});
