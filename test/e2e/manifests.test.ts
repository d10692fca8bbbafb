import { readdir, readFile } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { beforeAll, expect, test } from 'vitest';
import type { Kubectl } from '../../real/kubectl.ts';
import { webDeployment, webPod } from '../../real/workload/web.ts';
import { HOOK_PORT, preStopHook, SIDECAR_NAME, TOKEN_VOLUME_NAME, tokenVolume } from '../../src/workload/sidecar.ts';
import { expectedSidecar } from '../support/manifests.ts';
import { tool } from '../support/tools.ts';
import { giveIdentity } from './support/identity.ts';
import { protectedPod, safeMs } from './support/protected-pod.ts';
import { describeReal } from './support/suite.ts';
import { inject, WAYS } from './support/ways.ts';

const FIXTURES = 'test/workload/inject/manifests';
const helm = await tool('helm');

/** What its owner decides of an object, and not what a controller notes in it. */
function decided({ kind, metadata, ...rest }: Record<string, unknown> & { metadata: { name: string } }) {
  const { status, ...decisions } = rest;
  return { kind, name: metadata.name, ...decisions };
}

describeReal('every manifest', (world) => {
  const kubectl: Kubectl = (args, input) => world().kubectl(args, input);

  /** Applies twice: the server takes every field, and changes nothing the second time. */
  async function applyTwice(text: string, namespace: readonly string[] = [], again = namespace): Promise<void> {
    const apply = (flags: readonly string[]) => kubectl(['apply', '--server-side', '--filename=-', ...flags], text);
    async function state() {
      const found = JSON.parse(await kubectl(['get', '--filename=-', '--output=json', ...namespace], text));
      return (found.kind === 'List' ? found.items : [found]).map(decided);
    }
    await apply(namespace);
    const before = await state();
    await apply(again);
    expect(await state()).toEqual(before);
    expect(before).not.toEqual([]);
  }

  const examples = ['alb-ingress', 'nlb-service', 'gateway-api/class', 'gateway-api', 'eks-auto-mode/class'];
  const more = ['eks-auto-mode', 'fargate', 'argo-rollouts-blue-green', 'cross-account'];
  test.each([...examples, ...more])('of the example %s is applied, and once more', async (example) => {
    await applyTwice(await kubectl(['kustomize', `manifests/examples/${example}`]));
    await kubectl(['delete', 'namespace', 'shop', '--ignore-not-found', '--wait=true']);
  });

  test.skipIf(helm.missing)('of the chart is applied, and once more', async () => {
    const shop = await world().namespace('chart');
    const rendered = (...flags: readonly string[]) =>
      helm.run(['template', 'web', 'manifests/chart', '--namespace', shop.name, ...flags]);
    await applyTwice(await rendered(), ['--namespace', shop.name]);
    await applyTwice(await rendered('--set', 'injection.enabled=true'), ['--namespace', shop.name]);
  });

  // The last one stays: a policy that is taken away and made again finds no settings (kubernetes/kubernetes#130887).
  test.each(['injection/v1beta1', 'injection'])('of %s is applied, and once more', async (folder) => {
    await applyTwice(await kubectl(['kustomize', `manifests/${folder}`]));
  });

  test('that inject has made of real-world ones is applied, and once more', async () => {
    const shop = await world().namespace('inject');
    const namespace = ['--namespace', shop.name];
    const names = await readdir(FIXTURES);
    expect(names.length).toBeGreaterThanOrEqual(12);
    for (const name of names) {
      const injected = await inject(await readFile(`${FIXTURES}/${name}`, 'utf8'), ['--overwrite-hooks']);
      // They are for any namespace, some of them for one of their own.
      const text = injected.replace(/^(\s*)namespace: .*$/gm, `$1namespace: ${shop.name}`);
      // One was read from a cluster, and has the revision in it that the Deployment controller writes.
      await applyTwice(text, namespace, [...namespace, '--force-conflicts']);
    }
  });
});

describeReal('a pod gets the same sidecar', (world) => {
  beforeAll(async () => {
    await world().kubectl(['apply', '--server-side', '--force-conflicts', '--kustomize=manifests/injection']);
  });

  test('by each of the four ways, and is held by it', async () => {
    const shops = await Promise.all(Object.keys(WAYS).map(() => world().namespace('way')));
    await giveIdentity(world().kubectl, shops);
    // An API server knows of a new policy after a few seconds.
    await world().aws.clock.sleep(8_000);
    const pods = await Promise.all(
      Object.values(WAYS).map(async (apply, index) => {
        const shop = shops[index];
        if (shop === undefined) throw new Error('There are fewer namespaces than ways');
        const group = await shop.addTargetGroup();
        await apply(shop, webDeployment());
        const held = await protectedPod(world(), shop);
        await shop.ready(group, 1);
        const pod: V1Pod = JSON.parse(await shop.kubectl(['get', 'pod', held.pod.metadata.name, '--output=json']));
        await held.delete();
        const fate = await held.fate();
        return { pod, hold: fate.hold, isSafe: safeMs(fate) > 0 };
      }),
    );
    // The server fills in what is left out, in this one as well.
    const create = ['create', '--dry-run=server', '--output=json', '--filename=-'];
    const byHand: V1Pod = JSON.parse(await world().kubectl(create, JSON.stringify(podByHand())));
    for (const [index, way] of Object.keys(WAYS).entries()) {
      const { pod = {}, ...end } = pods[index] ?? {};
      expect({ way, ...end }).toMatchObject({ way, hold: { reason: 'drained' }, isSafe: true });
      expect({ way, ...whatMatters(pod) }).toEqual({ way, ...whatMatters(byHand) });
    }
  });
});

/** As it would be by hand. */
function podByHand(): V1Pod {
  const spec = webPod({ preStop: preStopHook(HOOK_PORT), gracePeriodSeconds: 60 }).spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'by-hand' },
    spec: {
      ...spec,
      containers: spec?.containers ?? [],
      initContainers: [expectedSidecar()],
      volumes: [...(spec?.volumes ?? []), tokenVolume()],
    },
  };
}

/** Without what the identity adds. */
function whatMatters({ spec }: V1Pod) {
  const sidecar = spec?.initContainers?.find(({ name }) => name === SIDECAR_NAME);
  return {
    gracePeriodSeconds: spec?.terminationGracePeriodSeconds,
    sidecar: { ...sidecar, env: sidecar?.env?.filter(({ name }) => !name.startsWith('AWS_')) },
    isFirst: spec?.initContainers?.[0] === sidecar,
    volume: spec?.volumes?.find(({ name }) => name === TOKEN_VOLUME_NAME),
    hooks: spec?.containers.map(({ lifecycle }) => lifecycle?.preStop),
  };
}
