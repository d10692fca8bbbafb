import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../package.json' with { type: 'json' };

type Permissions = Readonly<Record<string, string>>;

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly if?: string;
  readonly permissions?: Permissions;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[]; readonly os: readonly string[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
  readonly concurrency?: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';

const texts = await Promise.all(
  (await readdir(FOLDER)).sort().map(async (name) => [name, await readFile(join(FOLDER, name), 'utf8')] as const),
);
const workflows = texts.map(([name, text]) => [name, text, parse(text) as Workflow] as const);

function stepsOf({ jobs }: Workflow): readonly Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

function commandsOf(workflow: Workflow): string {
  return stepsOf(workflow)
    .map(({ run = '' }) => run)
    .join('\n');
}

function writable(permissions: Permissions = {}): readonly string[] {
  return Object.keys(permissions).filter((name) => permissions[name] !== 'read');
}

/** What every text of `pattern` has as its first group. */
function all(pattern: RegExp, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

test('there is a workflow for the gate, the end-to-end suite and the image', () => {
  expect(texts.map(([name]) => name)).toEqual(['check.yaml', 'e2e.yaml', 'image.yaml']);
});

describe.each(workflows)('%s', (_, text, workflow) => {
  test('takes each action by its commit, and says which version that is', () => {
    const used = all(/^\s*(?:- )?uses: *(.*)$/gm, text);
    expect(used).toHaveLength(stepsOf(workflow).filter(({ uses }) => uses !== undefined).length);
    expect(used).not.toEqual([]);
    expect(used.filter((each) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(each))).toEqual([]);
  });

  test('takes each program by its exact version', () => {
    const programs = all(/\bgo (?:install|run) (\S+)/g, commandsOf(workflow));
    expect(programs.filter((each) => !/@v\d+\.\d+\.\d+$/.test(each))).toEqual([]);
    expect(commandsOf(workflow)).not.toMatch(/\b(curl|wget|npx)\b/);
  });

  test('gives no job more than it names, and says how long each may take', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) {
      expect(job.permissions).toBeDefined();
      expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
    }
  });

  test('lets nobody write who has opened a pull request, and has no secret', () => {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    expect(text).not.toMatch(/\bsecrets\b/);
    for (const job of Object.values(workflow.jobs)) {
      if (writable(job.permissions).length === 0) continue;
      expect(job.if).toBe("github.event_name == 'push' && github.ref_type == 'tag'");
    }
    const checkouts = stepsOf(workflow).filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  test('puts nothing into a command that a stranger could have written', () => {
    expect(commandsOf(workflow)).not.toContain('${{');
  });

  test('runs once for each branch or tag at a time', () => {
    expect(workflow.concurrency?.group).toMatch(/-\$\{\{ github\.ref \}\}$/);
  });

  test('names only npm scripts that exist, and lets no package run a script of its own', () => {
    const commands = commandsOf(workflow);
    for (const script of all(/npm run (?:-s )?([a-z0-9:]+)/g, commands))
      expect(packageJson.scripts).toHaveProperty([script]);
    expect(all(/npm ci(.*)/g, commands).filter((flags) => !flags.includes('--ignore-scripts'))).toEqual([]);
    expect(commands).not.toMatch(/npm (i|install|add)\b/);
  });
});

describe('the gate', () => {
  const gate = parse(texts.find(([name]) => name === 'check.yaml')?.[1] ?? '') as Workflow;

  test('is the one of package.json, on every Node since the oldest', () => {
    const { check } = gate.jobs;
    expect(check?.steps.map(({ run }) => run)).toContain('npm run check');
    const oldest = Number(/^>=(\d+)$/.exec(packageJson.engines.node)?.[1]);
    expect(check?.strategy?.matrix.node.toSorted()).toEqual([oldest, 24, 26]);
    expect(check?.strategy?.matrix.os.map((os) => os.split('-')[0])).toEqual(['ubuntu', 'macos']);
  });

  test('is the one that every other machine runs', async () => {
    const { check } = packageJson.scripts;
    const parts = ['npm run check:static', 'npm test'];
    expect(check.split(' && ')).toEqual(parts);
    const lines = (await readFile('.ci/run', 'utf8')).split('\n');
    for (const part of parts) expect(lines).toContain(part);
  });
});

describe('Dependabot', () => {
  interface Update {
    readonly 'package-ecosystem': string;
    readonly directory: string;
  }

  test('looks at every folder that names packages or actions', async () => {
    const { updates } = parse(await readFile('.github/dependabot.yml', 'utf8')) as { updates: readonly Update[] };
    const { stdout } = await promisify(execFile)('git', ['ls-files', '*go.mod', '*package-lock.json']);
    const files = stdout.trimEnd().split('\n');
    const wanted = files.map((file) => {
      const ecosystem = file.endsWith('go.mod') ? 'gomod' : 'npm';
      return `${ecosystem} ${join('/', dirname(file))}`;
    });
    const watched = updates.map((update) => `${update['package-ecosystem']} ${update.directory}`);
    expect(watched.toSorted()).toEqual([...wanted, 'github-actions /'].toSorted());
  });
});
