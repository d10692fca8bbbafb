import { describe, expect, test } from 'vitest';
import { plain } from '../../../src/workload/inject/plain.ts';
import { preStopHook } from '../../../src/workload/sidecar.ts';
import { containerNamed, deployment, firstPod, inject, injected } from './support.ts';

/** A Deployment whose container has this preStop hook. */
function hookedBy(hook: string): string {
  return deployment({ container: `          lifecycle:\n            preStop: ${hook}\n` });
}

function hookOf(text: string, container = 'web'): unknown {
  return plain(containerNamed(firstPod(text), container)?.['lifecycle'])['preStop'];
}

const TWO = deployment({ container: '        - name: proxy\n          image: registry.example.com/proxy:1\n' });

describe('a preStop hook that is there already', () => {
  test.each([
    ['{ sleep: { seconds: 15 } }', '(sleep 15). drain-wait replaces such a sleep: give --overwrite-hooks'],
    ['{ exec: { command: [sleep, "20"] } }', '(sleep 20). drain-wait replaces such a sleep'],
    ['{ exec: { command: [/bin/sh, -c, sleep 15] } }', '(sleep 15). drain-wait replaces such a sleep'],
    ['{ exec: { command: [sh, -c, "nginx -s quit; sleep 5"] } }', 'wget -qO- http://127.0.0.1:9787/prestop'],
    ['{ httpGet: { path: /quit, port: 8080 } }', '(httpGet /quit on port 8080). A container has one hook'],
    // As good as ours, but for another process, or a port that the kubelet looks up in the wrong container.
    ['{ httpGet: { path: /prestop, port: 8080 } }', 'container web has a preStop hook'],
    ['{ httpGet: { path: /prestop, port: 9787, host: 127.0.0.1 } }', 'container web has a preStop hook'],
    ['{ httpGet: { path: /prestop, port: drain-wait } }', 'container web has a preStop hook'],
  ])('%s is refused, with its line and what to do', (hook, advice) => {
    const { problems, text } = inject(hookedBy(hook));
    expect(problems).toEqual([
      expect.stringMatching(/^web\.yaml:16: Deployment shop\/web: container web has a preStop hook /),
    ]);
    expect(problems[0]).toContain(advice);
    expect(problems[0]).toContain('--skip-hooked');
    expect(text).toBe(hookedBy(hook));
  });

  test.each([['{ sleep: { seconds: 15 } }'], ['\n              exec:\n                command: [sh, -c, "sleep 5"]']])(
    'is overwritten by --overwrite-hooks: %s',
    (hook) => {
      const text = injected(hookedBy(hook), { hooked: 'overwrite' });
      expect(hookOf(text)).toEqual(preStopHook(9787));
      expect(injected(text)).toBe(text);
    },
  );

  test('stays with --skip-hooked, with a warning', () => {
    const { text, notes } = inject(hookedBy('{ sleep: { seconds: 15 } }'), { hooked: 'skip' });
    expect(hookOf(text)).toEqual({ sleep: { seconds: 15 } });
    expect(notes).toContain(
      'Deployment shop/web: warning: the hook of web stays (sleep 15): it gets SIGTERM when that has ended',
    );
  });

  test('is left alone where it calls drain-wait itself', () => {
    const text = hookedBy('{ exec: { command: [sh, -c, "flush; wget -qO- http://127.0.0.1:9787/prestop"] } }');
    for (const hooked of ['refuse', 'overwrite', 'skip'] as const) {
      const result = inject(text, { hooked });
      expect(result.notes).toEqual(['Deployment shop/web: sidecar, grace period 30 s -> 60 s']);
      expect(hookOf(result.text)).toEqual(hookOf(text));
    }
  });

  test('of a container that was not asked for does not matter', () => {
    const text = hookedBy('{ sleep: { seconds: 15 } }').concat('        - { name: proxy, image: "proxy:1" }\n');
    expect(hookOf(injected(text, { containers: ['proxy'] }))).toEqual({ sleep: { seconds: 15 } });
  });

  test('may be empty', () => {
    expect(hookOf(injected(hookedBy('{}')))).toEqual(preStopHook(9787));
    expect(hookOf(injected(hookedBy('')))).toEqual(preStopHook(9787));
  });
});

describe('the containers that are asked for', () => {
  test('are the only ones that get the hook, and the others are named', () => {
    const { text, notes } = inject(TWO, { containers: ['proxy'] });
    expect(hookOf(text, 'proxy')).toEqual(preStopHook(9787));
    expect(hookOf(text, 'web')).toBeUndefined();
    expect(notes).toEqual([
      'Deployment shop/web: sidecar, hook on proxy, grace period 30 s -> 60 s',
      'Deployment shop/web: warning: no hook on web: it gets SIGTERM at once, whatever the others wait for',
    ]);
  });

  test('are not in every pod', () => {
    const { text, notes } = inject(TWO, { containers: ['sshd', 'ftpd'] });
    expect(text).toBe(TWO);
    expect(notes).toEqual(['Deployment shop/web: left alone, it has no container sshd or ftpd']);
  });
});
