import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scaledClock } from '../../sim/clock.ts';
import { createFaults } from '../../sim/faults.ts';
import { listen } from '../../sim/http.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { startKubernetesApi } from '../../sim/kubernetes/api.ts';
import { createStore } from '../../sim/kubernetes/store.ts';
import type { Listening } from '../../sim/listen.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { createApiClient } from '../../src/kubernetes/api-client.ts';
import { connectByKubeconfig } from '../../src/kubernetes/kubeconfig.ts';
import { createPodEvents } from '../../src/kubernetes/pod-events.ts';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { type StartedVerify, startVerify } from './start-verify.ts';

let folder = '';
/** Tests that run at the same time do not know which of them has finished. */
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-'));
});

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(folder, { recursive: true });
});

function verify(args: readonly string[], run?: ProgramRun) {
  return runProgram(['verify', ...args], run);
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
  let requests = 0;
  const server: Listening = await listen((request, response) => {
    requests += 1;
    handle(request, response, requests);
  });
  closing.push(server.close);
  return { url: server.url, requests: () => requests };
}

describe.concurrent('drain-wait verify', () => {
  test('sends at its rate, ends by itself, and exits with 0 where nothing failed', async () => {
    const { url, requests } = await serve((_, response) => void response.end('hello'));
    const { code, stdout, stderr } = await verify([
      '--url',
      `${url}/healthz?key=s3cret`,
      '--rate',
      '20',
      '--duration',
      '1s',
    ]);
    expect(stdout).toMatch(
      /^GET http:\/\/127\.0\.0\.1:\d+\/healthz\?key=\.\.\.\n20 requests a second for 0:01 from .* UTC, each over a connection of its own\n\nNone of 20 requests failed\.\nAnswers: 20 HTTP 200\nLatency of good answers: p50 /,
    );
    expect(stderr).toBe('Sending 20 requests a second for 0:01. Roll out now; Ctrl-C ends it early.\n');
    expect(requests()).toBe(20);
    expect(code).toBe(0);
  });

  test('tells every kind of failure, by kind and by second, and exits with 1', async () => {
    const startServer = () =>
      serve(({ socket }, response, nth) => {
        if (nth % 5 === 1) response.writeHead(502).end();
        else if (nth % 5 === 2) socket.resetAndDestroy();
        else if (nth % 5 === 3) response.writeHead(200, { 'content-length': 10 }).write('part');
        else if (nth % 5 === 4) response.writeHead(504).end();
        else response.end('hello');
      });
    const servers = await Promise.all([startServer(), startServer()]);
    const [{ code, stdout }, json] = await Promise.all(
      servers.map(({ url }, nth) =>
        verify(['--url', url, '--duration', '2s', '--timeout', '3s', ...(nth === 0 ? [] : ['--json'])]),
      ) as [ReturnType<typeof verify>, ReturnType<typeof verify>],
    );
    expect(stdout).toContain('16 of 20 requests failed (80 %).');
    for (const kind of ['HTTP 502', 'HTTP 504', 'connection reset', 'no answer'])
      expect(stdout).toMatch(new RegExp(`^  ${kind} +4$`, 'm'));
    expect(stdout).toMatch(/^ {3}0:01 {2}2 HTTP 502, 2 HTTP 504, 2 connection reset, 2 no answer$/m);
    expect([code, json.code]).toEqual([1, 1]);
    const report = JSON.parse(json.stdout);
    expect(report).toMatchObject({
      requests: 20,
      failed: 16,
      failures: { 'HTTP 502': 4, 'HTTP 504': 4, 'connection reset': 4, 'no answer': 4 },
      answers: { 'HTTP 200': 4, 'HTTP 502': 4, 'HTTP 504': 4 },
      endedEarly: false,
    });
    expect(report.failedSeconds.map(({ second }: { second: number }) => second)).toEqual([0, 1]);
  });

  test('sends on while a server hangs for two seconds', async () => {
    const { url, requests } = await serve((_, response) => void setTimeout(() => response.end(), 2_000));
    const { stdout } = await verify(['--url', url, '--rate', '20', '--duration', '1s', '--json']);
    const report = JSON.parse(stdout);
    expect(requests()).toBe(20);
    expect(report).toMatchObject({ requests: 20, failed: 0 });
    expect(report.latencyMs.p50).toBeGreaterThanOrEqual(1_990);
  });

  test('tells a server that is not there, and asks whether it is the right one', async () => {
    const { url, close } = await listen(() => {});
    await close();
    const { code, stdout } = await verify(['--url', url, '--duration', '1s']);
    expect(stdout).toMatch(/^ {2}connection refused {6}10$/m);
    expect(stdout).toContain('Every request failed: is it the right URL?');
    expect(code).toBe(1);
  });

  test.each(['html', 'svg'])('writes a report as %s', async (extension) => {
    const { url } = await serve((_, response, nth) => void response.writeHead(nth === 2 ? 502 : 200).end());
    const file = join(folder, `out.${extension}`);
    const args = ['--url', url, '--duration', '1s', '--report', file];
    const { code, stderr } = await verify(args, { confined: false });
    expect(stderr).toMatch(/^Sending .*\n/);
    expect(stderr).toContain(`\nThe report is ${file}.\n`);
    expect(code).toBe(1);
    const report = await readFile(file, 'utf8');
    expect(report).toContain('1 of 10 requests failed (10 %).');
    expect(report).toMatch(extension === 'svg' ? /^<\?xml .*\n<svg / : /^<!DOCTYPE html>\n<html /);
  });

  test('draws in ASCII where the locale is not UTF-8', async () => {
    const { url } = await serve((_, response) => void response.end());
    const args = ['--url', url, '--duration', '1s'];
    const runs = await Promise.all(['C', 'C.UTF-8'].map((locale) => verify(args, { env: { LC_ALL: locale } })));
    expect(runs.map(({ stdout }) => /^p95 +(\S)/m.exec(stdout)?.[1])).toEqual(['#', '█']);
  });
});

describe.concurrent('drain-wait verify refuses nonsense, and sends nothing:', () => {
  test('everything that is wrong at once', async () => {
    const { url, requests } = await serve((_, response) => void response.end());
    const args = [
      '--url',
      url.replace('//', '//user:s3cret@'),
      '--rate',
      '0',
      '--duration',
      '0s',
      '--colour',
      '--report',
      'no/such/out.html',
    ];
    const { code, stdout, stderr } = await verify(args, { confined: false, cwd: folder });
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toEqual([
      'drain-wait verify: Nothing was sent.',
      '  - --colour: no such flag. See drain-wait verify --help for the list.',
      expect.stringMatching(/^ {2}- --url='http:\/\/\.\.\.@127\.0\.0\.1:\d+': it carries a user or a password;/),
      "  - --rate='0': out of range. Expected a number from 0.1 to 200.",
      "  - --duration='0s': out of range. Expected a duration from 1s to 1h.",
      `  - --report='no/such/out.html': there is no folder ${join(folder, 'no/such')}. Make it first.`,
      '',
    ]);
    expect(code).toBe(2);
    expect(requests()).toBe(0);
  });

  test('a report that is a folder, or that may not be written', async () => {
    const taken = join(folder, 'taken.svg');
    await mkdir(taken);
    const args = (path: string) => ['--url', 'http://127.0.0.1:1', '--report', path];
    expect(await verify(args(taken), { confined: false })).toEqual({
      code: 2,
      stdout: '',
      stderr: `drain-wait verify: Nothing was sent.\n  - --report='${taken}': that is a folder. Name a file in it.\n`,
    });
    const file = join(folder, 'a.svg');
    const confined = await verify(args(file));
    expect(confined.stderr).toContain(
      `--report='${file}': this process may write no file, as in the image. Leave it out, or run verify elsewhere.`,
    );
    expect(confined.code).toBe(2);
  });

  test('but --help with 0, to which the help of the program leads', async () => {
    const [own, program] = await Promise.all([verify(['--help']), runProgram(['help'])]);
    expect(own.stdout).toMatch(/^drain-wait verify: sends steady requests/);
    expect(own.code).toBe(0);
    expect(program.stdout).toMatch(/^ {2}verify .*: drain-wait verify --help$/m);
  });
});

describe.concurrent('Ctrl-C', () => {
  function start(args: readonly string[]): StartedVerify {
    const started = startVerify(args);
    closing.push(() => started.child.kill('SIGKILL'));
    return started;
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('(%s) ends a run early, with its report', async (signal) => {
    const third = Promise.withResolvers<void>();
    const { url, requests } = await serve((_, response, nth) => {
      response.end();
      if (nth === 3) third.resolve();
    });
    const { child, said, stdout, exited } = start(['--url', url, '--json']);
    await third.promise;
    child.kill(signal);
    // What npm and its launcher pass on is the same press.
    child.kill(signal);
    const report = JSON.parse(await stdout);
    expect(report).toMatchObject({ endedEarly: true, failed: 0, requests: requests() });
    expect(report.lengthMs).toBeLessThan(60_000);
    expect(await said('Ending')).toMatch(
      /^Ending\. Answers to come: \d+; Ctrl-C once more does not wait for them\.\n$/,
    );
    expect(await exited).toBe(0);
  });

  test('once more does not wait for answers that do not come', async () => {
    const first = Promise.withResolvers<void>();
    const { url } = await serve(() => first.resolve());
    const { child, said, stdout, exited } = start(['--url', url, '--timeout', '60s']);
    await first.promise;
    child.kill('SIGINT');
    await said('Ending');
    // Until it counts as another press.
    const again = setInterval(() => child.kill('SIGINT'), 100);
    expect(await exited).toBe(130);
    clearInterval(again);
    expect(await stdout).toBe('');
  });
});

describe.concurrent('with a namespace', () => {
  /** A cluster that a kubeconfig leads to, and a way to write Events of a pod there. */
  async function startCluster(name: string) {
    const clock = scaledClock(1);
    const store = createStore({ clock, timeline: createTimeline(clock) });
    const api = await startKubernetesApi({ store, clock, faults: createFaults(clock) });
    closing.push(api.close);
    const file = join(folder, name);
    await writeFile(file, kubeconfig(api.url));
    const config = new KubeConfig();
    config.loadFromFile(file);
    const events = createPodEvents(
      createApiClient({ clock, connect: () => connectByKubeconfig(config) }),
      () => new Date(),
    );
    const pod = { namespace: 'shop', name: 'web-1', uid: 'uid-1', ips: [] };
    return {
      api,
      env: { KUBECONFIG: file },
      tell: (type: 'Normal' | 'Warning', reason: string, note: string) =>
        events.write(pod, { type, reason, action: 'Hold', note }, new AbortController().signal),
    };
  }

  test('it shows the holds that happened meanwhile', async () => {
    const { env, tell } = await startCluster('kubeconfig');
    const { url } = await serve((_, response, nth) => {
      if (nth === 3) void tell('Normal', 'DrainWaitHolding', 'Holding SIGTERM');
      if (nth === 13) void tell('Warning', 'DrainWaitDeadline', 'Held SIGTERM for 1 s');
      response.end();
    });
    const args = ['--url', url, '--duration', '3s', '--namespace', 'shop', '--json'];
    const { stdout, stderr, code } = await verify(args, { env });
    expect(stderr).toMatch(/^Sending .*\n$/);
    const { holds } = JSON.parse(stdout);
    const [startedAtMs, endedAtMs] = [expect.any(Number), expect.any(Number)];
    expect(holds).toEqual([
      {
        pod: 'web-1',
        startedAtMs,
        endedAtMs,
        reason: 'DrainWaitDeadline',
        warning: true,
        note: 'Held SIGTERM for 1 s',
      },
    ]);
    expect(holds[0].startedAtMs).toBeGreaterThanOrEqual(0);
    expect(holds[0].endedAtMs).toBeGreaterThan(holds[0].startedAtMs);
    expect(code).toBe(0);
  });

  test('that it may not read it says which rule is missing, and goes on', async () => {
    const { api, env } = await startCluster('kubeconfig-denied');
    api.deny('events.events.k8s.io');
    const { url } = await serve((_, response) => void response.end());
    const args = ['--url', url, '--duration', '1s', '--namespace', 'shop'];
    const { stdout, stderr, code } = await verify(args, { env });
    const rule = '{ apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["list"] }';
    const problem = `The Events of namespace shop cannot be read: forbidden. Whoever runs verify needs the rule ${rule} there.`;
    expect(stderr).toMatch(/\nSending .*\n$/);
    expect(stderr.split('\n')[0]).toBe(problem);
    expect(stdout).toContain(`Note: There may be more holds than are shown. ${problem}\n`);
    expect(code).toBe(0);
  });
});
