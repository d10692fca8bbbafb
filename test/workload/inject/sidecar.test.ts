import { describe, expect, test } from 'vitest';
import { type Plain, plain, plainList } from '../../../src/workload/inject/plain.ts';
import { sidecarContainer } from '../../../src/workload/sidecar.ts';
import { containerNamed, deployment, firstPod, inject, injected } from './support.ts';

function sidecarOf(text: string): Plain {
  return plain(containerNamed(firstPod(text), 'drain-wait'));
}

const PORT = { DRAIN_WAIT_PORT: '9000' };

describe('the sidecar', () => {
  test('has the image and the settings of the call', () => {
    const settings = { DRAIN_WAIT_UNTIL: 'gone', DRAIN_WAIT_API_RATE: '2', DRAIN_WAIT_METRICS: 'true' };
    const { text, notes } = inject(deployment(), { image: 'registry.example.com/drain-wait:9', settings });
    expect(sidecarOf(text)).toEqual(
      sidecarContainer({
        kind: 'native',
        image: 'registry.example.com/drain-wait:9',
        gracePeriodSeconds: 60,
        port: 9787,
        settings,
      }),
    );
    expect(notes[1]).toContain('warning: until gone waits for the deregistration delay');
  });

  test('comes first of the init containers, or last of the containers', () => {
    const text = deployment({ spec: '      initContainers:\n      - name: init\n        image: init:1\n' });
    const names = (spec: Plain, list: string) => plainList(spec[list]).map(({ name }) => name);
    expect(names(firstPod(injected(text)), 'initContainers')).toEqual(['drain-wait', 'init']);
    expect(names(firstPod(injected(text, { kind: 'classic' })), 'containers')).toEqual(['web', 'drain-wait']);
  });

  test('stays of its kind and keeps its image unless the call says otherwise', () => {
    const first = injected(deployment(), { kind: 'classic', image: 'mirror/drain-wait:1' });
    expect(injected(first)).toBe(first);
    const { text, notes } = inject(first, { kind: 'native', image: 'mirror/drain-wait:2' });
    expect(sidecarOf(text)).toMatchObject({ image: 'mirror/drain-wait:2', restartPolicy: 'Always' });
    expect(notes).toEqual(['Deployment shop/web: sidecar updated']);
  });

  test('gets the default image of a newer version', () => {
    const first = injected(deployment(), { version: '1.0.0' });
    expect(sidecarOf(injected(first, { version: '2.0.0' }))).toMatchObject({ image: 'drain-wait:2.0.0' });
  });

  test('moves to another port with its probes and all hooks, and stays there', () => {
    const moved = injected(injected(deployment()), { settings: PORT });
    expect(moved).toBe(injected(moved));
    expect(moved).not.toContain('9787');
    expect(sidecarOf(moved)).toMatchObject({
      ports: [{ containerPort: 9000 }],
      startupProbe: { httpGet: { port: 9000 } },
      readinessProbe: { httpGet: { port: 9000 } },
    });
    expect(plainList(sidecarOf(moved)['env'])).toContainEqual({ name: 'DRAIN_WAIT_PORT', value: '9000' });
    expect(plain(containerNamed(firstPod(moved), 'web')?.['lifecycle'])['preStop']).toEqual({
      httpGet: { path: '/prestop', port: 9000 },
    });
    expect(injected(moved, { settings: { DRAIN_WAIT_PORT: '9787' } })).not.toContain('9000');
  });

  test('keeps what somebody has added to it', () => {
    const edited = injected(deployment())
      .replace(
        '            limits:\n              memory: 128Mi',
        '            limits:\n              memory: 256Mi # seen: 90',
      )
      .replace(
        '          env:\n',
        '          envFrom: [{ secretRef: { name: aws } }]\n          env:\n            - name: AWS_REGION # ours\n              value: eu-west-1\n',
      )
      .replace('periodSeconds: 1\n', 'periodSeconds: 2\n');
    const updated = injected(edited, { settings: { DRAIN_WAIT_RESERVE: '12s', ...PORT } });
    expect(updated).toContain('memory: 256Mi # seen: 90');
    expect(updated).toContain('envFrom: [{ secretRef: { name: aws } }]');
    expect(updated).toContain('- name: AWS_REGION # ours');
    expect(updated).toContain('periodSeconds: 2');
    expect(updated).toContain('name: DRAIN_WAIT_RESERVE');
  });

  test('takes a setting of this call in place of one that came from somewhere else', () => {
    const from = 'valueFrom: { configMapKeyRef: { name: settings, key: reserve } }';
    const text = injected(deployment(), { settings: { DRAIN_WAIT_RESERVE: '40s' } }).replace('value: 40s', from);
    expect(injected(text)).toContain(from);
    const env = plainList(sidecarOf(injected(text, { settings: { DRAIN_WAIT_RESERVE: '5s' } }))['env']);
    expect(env).toContainEqual({ name: 'DRAIN_WAIT_RESERVE', value: '5s' });
  });

  test('that an old webhook has made an init container becomes native again', () => {
    const text = injected(deployment()).replace('          restartPolicy: Always\n', '');
    expect(sidecarOf(injected(text))).toMatchObject({ restartPolicy: 'Always' });
  });

  test('warns of a port that is taken', () => {
    const taken = deployment({ container: '          ports: [{ containerPort: 9787 }]\n' });
    expect(inject(taken).notes[1]).toBe(
      'Deployment shop/web: warning: port 9787 is one of container web. Give the sidecar another with --port',
    );
    const host = deployment({ spec: '      hostNetwork: true\n' });
    expect(inject(host).notes[1]).toContain("hostNetwork: port 9787 is the node's");
    expect(inject(host, { settings: PORT }).notes).toHaveLength(1);
  });
});
