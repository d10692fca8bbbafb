import { describe, expect, test } from 'vitest';
import { startShop } from './command-world.ts';

describe('drain-wait doctor exits with 2 and says what to do', () => {
  test.each([
    [['pod/nix'], /there is no pod\/nix in namespace default; kubectl get pods -n default/],
    [['deployment/nix', '-n', 'shop'], /there is no deployment\/nix in namespace shop/],
    [['-n', 'shop'], /there are no pods in namespace shop; name another one with -n/],
  ])('for %j', async (args, problem) => {
    const shop = await startShop();
    const { code, stdout, stderr } = await shop.outside(args);
    expect(stderr).toMatch(problem);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('for a Deployment without pods', async () => {
    const shop = await startShop({ unbound: true });
    for (const { metadata } of shop.pods) shop.cluster.store.remove('Pod', metadata.namespace, metadata.name);
    const { code, stderr } = await shop.outside(['deployment/web']);
    expect(stderr).toContain('deployment/web in namespace default has no pods; scale it up first');
    expect(code).toBe(2);
  });

  test('for a namespace in which nothing needs it', async () => {
    const shop = await startShop({ sidecar: 'none', unbound: true });
    const { code, stderr } = await shop.outside(['-n', 'default']);
    expect(stderr).toContain('none has the sidecar, and none is behind a TargetGroupBinding; name a pod');
    expect(code).toBe(2);
  });

  test('for somebody who may not list pods', async () => {
    const shop = await startShop();
    shop.cluster.kubernetes.deny('pods', 'list', 'somebody');
    const { code, stderr } = await shop.outside(['-n', 'default']);
    expect(stderr).toContain('you may not list pods in namespace default; run doctor as somebody who may');
    expect(code).toBe(2);
  });

  test('where no cluster answers', async () => {
    const shop = await startShop();
    await shop.cluster.kubernetes.close();
    const { code, stderr } = await shop.outside(['deployment/web']);
    expect(stderr).toMatch(/cannot ask the Kubernetes API: .*ECONNREFUSED.*; set KUBECONFIG to the right file/);
    expect(code).toBe(2);
  });

  test.each([
    [['deployment/web'], 'kubectl get pods works'],
    [['-n', 'shop'], 'kubectl get pods -n shop works'],
  ])('where there is no kubeconfig, for %j', async (args, proof) => {
    const shop = await startShop();
    const { code, stderr } = await shop.outside(args, { KUBECONFIG: '/nonexistent' });
    expect(stderr).toMatch(/ENOENT.*set KUBECONFIG to the right file/);
    expect(stderr).toContain(proof);
    expect(code).toBe(2);
  });

  test('where the token has run out', async () => {
    const shop = await startShop();
    shop.cluster.kubernetes.revokeToken('token-of-a-person');
    const { code, stderr } = await shop.outside(['deployment/web']);
    expect(stderr).toMatch(/HTTP 401.*; set KUBECONFIG/);
    expect(code).toBe(2);
  });

  test('for flags that there are not', async () => {
    const shop = await startShop();
    const { code, stdout, stderr } = await shop.outside(['--no-such-flag']);
    expect(stderr).toContain('See drain-wait doctor --help.');
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(shop.cluster.kubernetes.requests).toEqual([]);
  });
});
