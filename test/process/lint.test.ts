import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROKEN, GOOD, HOOKS, marksIn, PROBES, RBAC_FOR_OTHERS } from '../workload/lint/fixtures.ts';
import { lint } from '../workload/lint/run-lint.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.concurrent('drain-wait lint', () => {
  test('finds nothing in a folder of good manifests, and exits with 0', async () => {
    const { code, stdout, stderr } = await lint([GOOD]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Nothing found: \d+ workloads in \d+ files\.\n$/);
    expect(code).toBe(0);
  });

  test('writes file, line, severity, rule, why and fix, and exits with 1', async () => {
    const { code, stdout } = await lint([HOOKS, RBAC_FOR_OTHERS]);
    const [mark = ''] = marksIn(HOOKS);
    const [, line, rule] = /:(\d+) (.*)$/.exec(mark) ?? [];
    expect(stdout).toContain(
      `${HOOKS}:${line}: error ${rule}  Deployment b4/sleeps: the preStop hook of container 'app' sleeps; it does not ask the sidecar\n    why  `,
    );
    expect(stdout).toMatch(/\n {4}fix {2}Call the sidecar instead: .*\n/);
    expect(stdout).toMatch(/\n\n\d+ errors, 1 warning: 14 workloads in 2 files\.\n$/);
    expect(code).toBe(1);
  });

  test('is colourful only where it is asked to, or on a terminal', async () => {
    const [plain, colourful] = await Promise.all([lint([HOOKS]), lint([HOOKS], { env: { FORCE_COLOR: '1' } })]);
    expect(plain.stdout).toBe(stripVTControlCharacters(plain.stdout));
    expect(colourful.stdout).not.toBe(plain.stdout);
    expect(stripVTControlCharacters(colourful.stdout)).toBe(plain.stdout);
  });

  test('fails by the severity that the caller says', async () => {
    const paths = [`${BROKEN}/rollouts.yaml`, RBAC_FOR_OTHERS];
    const runs = await Promise.all(['error', 'warning', 'info'].map((limit) => lint([...paths, '--fail-on', limit])));
    expect(runs.map(({ code }) => code)).toEqual([0, 1, 1]);
  });

  test('with --quiet writes only what makes it fail, one line each', async () => {
    const { stdout, code } = await lint(['--quiet', PROBES, RBAC_FOR_OTHERS]);
    expect(stdout).toMatch(/^.*: error init-container {2}.*\n$/);
    expect(code).toBe(1);
    expect(await lint(['--quiet', GOOD])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('reads the standard input, together with files, and writes JSON', async () => {
    const input = 'kind: Pod\nspec: { containers: [{ name: drain-wait, image: d }, { name: app, image: a }] }\n';
    const { code, stdout } = await lint(['-', RBAC_FOR_OTHERS, '--format', 'json'], { input });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ files: 2, workloads: 1, counts: { error: 4, warning: 1, info: 0 } });
    expect(report.findings[0]).toEqual({
      file: 'stdin',
      line: 2,
      severity: 'error',
      rule: 'no-hook',
      object: 'Pod (no name)',
      message: 'no container of Pod (no name) has a preStop hook',
      why: expect.any(String),
      fix: expect.any(String),
    });
    expect(code).toBe(1);
  });

  test('reads what is only JSON, and a List, from the standard input where nothing is named', async () => {
    const list = { kind: 'List', items: [{ kind: 'Pod', spec: { containers: [{ name: 'app', image: 'a' }] } }] };
    const { stdout, code } = await lint([], { input: JSON.stringify(list, undefined, '\t') });
    expect(stdout).toBe('Nothing found: 1 workload in 1 file.\n');
    expect(code).toBe(0);
  });

  test('takes the lag and the load balancer from the command line', async () => {
    const paths = [`${GOOD}/classic.yaml`, `${GOOD}/rbac.yaml`];
    expect((await lint([...paths, '--lag', '1m'])).stdout).toContain('92 s are needed: lag 60 s');
    expect((await lint([...paths, '--load-balancer=nlb'])).stdout).toContain('settle 120 s (NLB)');
  });

  test('says when there is nothing to look at', async () => {
    const { stdout, code } = await lint([RBAC_FOR_OTHERS]);
    expect(stdout).toBe('Nothing to look at: 0 workloads in 1 file.\n');
    expect(code).toBe(0);
  });

  test('leaves out Helm charts and what kustomize changes, and says how to lint them', async () => {
    const root = join(folder, 'left-out');
    for (const name of ['chart/templates', 'overlay', 'component', 'plain'])
      await mkdir(join(root, name), { recursive: true });
    await writeFile(join(root, 'chart/Chart.yaml'), 'name: web\n');
    await writeFile(
      join(root, 'chart/templates/web.yaml'),
      'kind: Pod\n{{- if .Values.x }}\n  a: {{ b }}\n{{- end }}\n',
    );
    await writeFile(join(root, 'overlay/kustomization.yaml'), 'kind: Kustomization\ncomponents: [../component]\n');
    await writeFile(join(root, 'component/kustomization.yml'), 'kind: Component\npatches: []\n');
    await writeFile(join(root, 'plain/kustomization.yaml'), 'kind: Kustomization\nresources: [hooks.yaml]\n');
    for (const name of ['overlay', 'component', 'plain']) await cp(HOOKS, join(root, name, 'hooks.yaml'));
    const { stdout, stderr } = await lint(['left-out', '--format=json'], { cwd: folder });
    const { findings } = JSON.parse(stdout);
    expect(new Set(findings.map(({ file }: { file: string }) => file))).toEqual(new Set(['left-out/plain/hooks.yaml']));
    expect(stderr).toBe(
      'left-out/chart: a Helm chart, left out. To lint what it makes: helm template left-out/chart | drain-wait lint -\n' +
        'left-out/overlay: a kustomization with patches, left out. To lint what it makes: kubectl kustomize left-out/overlay | drain-wait lint -\n',
    );
  });
});

describe.concurrent('drain-wait lint exits with 2 and says why', () => {
  test.each([
    [['--format', 'xml', GOOD], "--format='xml': unknown. Expected text, json, sarif."],
    [['--fail-on=never', GOOD], "--fail-on='never': unknown. Expected error, warning, info."],
    [['--load-balancer=clb', GOOD], "--load-balancer='clb': unknown. Expected alb, nlb."],
    [['--lag', '20', GOOD], "--lag='20': a duration needs a unit: 20s or 20ms. Expected a duration such as 20s."],
    [['--colour', GOOD], "Unknown option '--colour'"],
  ])('for %j', async (args, problem) => {
    const { code, stdout, stderr } = await lint(args);
    expect(stdout).toBe('');
    expect(stderr).toContain(problem);
    expect(stderr).toContain('See drain-wait lint --help.');
    expect(code).toBe(2);
  });

  test('for what is not YAML, with file and line, and looks at nothing', async () => {
    const { code, stdout, stderr } = await lint([HOOKS, '-'], {
      input: 'kind: Pod\nspec: {{ .Values.spec }}\n  x: [\n',
    });
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^drain-wait lint: Nothing was looked at\.\n {2}- stdin:\d: not YAML: .* lint what helm template makes\.\n/,
    );
    expect(code).toBe(2);
  });

  test('for an anchor that leads nowhere', async () => {
    const { code, stderr } = await lint([], { input: 'kind: Pod\nspec: *nothing\n' });
    expect(stderr).toMatch(/^drain-wait lint: Nothing was looked at\.\n {2}- stdin: not YAML: .*nothing\n$/);
    expect(code).toBe(2);
  });

  test('for what is not there', async () => {
    const { code, stdout, stderr } = await lint(['nowhere.yaml', HOOKS]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'drain-wait lint: Nothing was looked at.\n  - nowhere.yaml: no such file or folder\n',
    });
  });

  test('but for --help with 0, and every flag', async () => {
    const { code, stdout } = await lint(['--help']);
    for (const flag of ['--format', '--fail-on', '--lag', '--load-balancer', '--quiet']) expect(stdout).toContain(flag);
    expect(code).toBe(0);
  });
});
