import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type ProgramResult, runProgram } from '../support/run-program.ts';
import { deployment } from '../workload/inject/support.ts';

function inject(args: readonly string[], input = ''): Promise<ProgramResult> {
  return runProgram(['inject', ...args], { input });
}

const WEB = deployment();
const SLEEPING = deployment({ container: '          lifecycle: { preStop: { sleep: { seconds: 15 } } }\n' });
const DONE = 'Deployment shop/web: sidecar, hook on web, grace period 30 s -> 60 s\n';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inject-'));
  await mkdir(join(folder, 'apps'));
  await writeFile(join(folder, 'apps', 'b.yaml'), WEB.replaceAll('name: web', 'name: b'));
  await writeFile(join(folder, 'apps', 'c.yml'), `---\n${WEB.replaceAll('name: web', 'name: c').trimEnd()}`);
  await writeFile(join(folder, 'apps', 'notes.txt'), 'not: [yaml');
  await writeFile(join(folder, 'a.yaml'), '# of a\nkind: ConfigMap\nmetadata: { name: a }');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.concurrent('drain-wait inject', () => {
  test('writes the manifests of its standard input to its standard output, and what it did to the other stream', async () => {
    const { code, stdout, stderr } = await inject([], WEB);
    expect({ code, stderr }).toEqual({ code: 0, stderr: DONE });
    expect(stdout).toContain(`image: drain-wait:${packageJson.version}\n`);
    expect(stdout.startsWith(WEB)).toBe(true);
    expect(await inject(['-'], stdout)).toEqual({ code: 0, stdout, stderr: 'Deployment shop/web: nothing to do\n' });
  });

  test('passes its settings on to the sidecar', async () => {
    const flags = ['--reserve', '30s', '--until=gone', '--port', '9000', '--metrics', '--no-events', '--lag=5s'];
    const { stdout } = await inject(flags, WEB);
    for (const [name, value] of [
      ['RESERVE', '30s'],
      ['UNTIL', 'gone'],
      ['PORT', '"9000"'],
      ['METRICS', '"true"'],
      ['EVENTS', '"false"'],
    ]) {
      expect(stdout).toMatch(new RegExp(`- name: DRAIN_WAIT_${name}\n +value: ${value}\n`));
    }
    expect(stdout).toContain('terminationGracePeriodSeconds: 60\n');
    expect(stdout).not.toContain('9787');
  });

  test('takes --classic, --image, --container and --load-balancer', async () => {
    const two = deployment({ container: '        - name: proxy\n          image: proxy:1\n' });
    const flags = ['--classic', '--image', 'mirror/drain-wait:1', '--container=proxy', '--load-balancer', 'nlb'];
    const { stdout, stderr } = await inject(flags, two);
    expect(stdout).toContain('image: mirror/drain-wait:1\n');
    expect(stdout).not.toContain('initContainers');
    expect(stderr).toContain('hook on proxy, grace period 30 s -> 160 s');
  });

  test('reads files and folders in order, as one stream of documents', async () => {
    const { stdout, stderr } = await inject([join(folder, 'a.yaml'), join(folder, 'apps')]);
    expect(stdout.startsWith('# of a\nkind: ConfigMap\nmetadata: { name: a }\n---\napiVersion: apps/v1\n')).toBe(true);
    expect(stdout.match(/^---$/gm)).toHaveLength(2);
    expect(stderr.match(/Deployment shop\/[bc]/g)).toEqual(['Deployment shop/b', 'Deployment shop/c']);
  });

  test('writes what would change with --diff, and nothing where nothing would', async () => {
    const { code, stdout, stderr } = await inject(['--diff'], WEB);
    const { stdout: text } = await inject(['--quiet'], WEB);
    expect({ code, stderr }).toEqual({ code: 0, stderr: DONE });
    expect(stdout.startsWith('--- stdin\n+++ stdin\n@@ ')).toBe(true);
    expect(applyPatch(WEB, stdout)).toBe(text);
    expect(await inject(['--diff', '-q'], text)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('refuses to overwrite a hook, writes nothing at all, and says what to do', async () => {
    const { code, stdout, stderr } = await inject([], `${WEB}---\n${SLEEPING}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      'Nothing was injected.\n  - stdin:30: Deployment shop/web: container web has a preStop hook (sleep 15)',
    );
    expect(await inject(['--overwrite-hooks'], SLEEPING)).toMatchObject({
      code: 0,
      stderr: DONE.replace('on web', 'on web (instead of sleep 15)'),
    });
    expect(await inject(['--skip-hooked'], SLEEPING)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('sleep: { seconds: 15 }'),
    });
  });

  test.each([
    ['mistakes in YAML', [], 'kind: Pod\nspec: [\n', 'stdin:3: '],
    [
      'a container that is not there',
      ['--container', 'wbe'],
      WEB,
      "--container='wbe': no pod has such a container. There are web.",
    ],
    ['a file that is not there', ['nowhere.yaml'], '', 'nowhere.yaml: no such file or folder'],
    ['a file that the image may not read', ['/etc/hostname'], '', 'Give it to the standard input, with < FILE'],
  ])('ends with 1 and no output for %s', async (_, args, input, words) => {
    const { code, stdout, stderr } = await inject(args, input);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(words);
  });

  test('ends with 2 for wrong flags, and lists them all', async () => {
    const { code, stdout, stderr } = await inject([
      '--reserve=20',
      '--setle-alb',
      '--port=0',
      '--native',
      '--classic',
      '--overwrite-hooks',
      '--skip-hooked',
      '--load-balancer=clb',
      '--lag=soon',
      '--pod-name=web',
      '--image',
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'drain-wait inject: Wrong flags.',
      '  - --setle-alb: no such flag. See drain-wait inject --help for the list.',
      '  - --pod-name: no such flag. See drain-wait inject --help for the list.',
      '  - --image: has no value. Give it as --image=VALUE.',
      "  - --port='0': the hook needs to know the port. Expected a port from 1 to 65535.",
      "  - --reserve='20': a duration needs a unit: 20s or 20ms. Expected a duration such as 10s.",
      "  - --lag='soon': not a duration. Expected a duration such as 20s.",
      "  - --load-balancer='clb': not one of these. Expected alb or nlb.",
      '  - --native and --classic: only one of them. Leave out the other.',
      '  - --overwrite-hooks and --skip-hooked: only one of them. Leave out the other.',
      '',
    ]);
  });

  test('says how it is used, and that there was nothing to do', async () => {
    const { code, stdout } = await inject(['--help']);
    expect(code).toBe(0);
    for (const flag of ['--skip-hooked', '--settle-alb VALUE  (20s)', '--metrics  (false)'])
      expect(stdout).toContain(flag);
    expect(stdout).not.toContain('--pod-name');
    expect(await inject([], 'kind: Job\n')).toEqual({
      code: 0,
      stdout: 'kind: Job\n',
      stderr: 'No pods to inject into.\n',
    });
  });
});
