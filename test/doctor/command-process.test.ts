import { describe, expect, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { startScene } from '../support/scene.ts';
import { startShop } from './command-world.ts';

describe('the whole program', () => {
  test('looks at the pod of a running sidecar, as kubectl exec runs it, and the sidecar holds as before', async () => {
    await using scene = await startScene();
    const { code, stdout, stderr } = await runProgram(['doctor'], { env: scene.pod.env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Pod default\/web-1\n/);
    expect(stdout).toContain('ok       the preStop hook of app asks the sidecar (port 9787, /prestop)');
    expect(stdout).toContain('10.1.0.7:8080 is healthy: it gets requests');
    expect(stdout).not.toContain(scene.pod.env['AWS_ACCESS_KEY_ID']);
    // The pod of the scene has no more in its spec than a hold needs.
    expect(stdout).toContain('[no-probe]');
    expect(code).toBe(1);
    scene.delete();
    expect(await scene.ended()).toMatchObject({ reason: 'drained' });
  });

  test('tells scripts what it found in a pod whose sidecar cannot see what it waits for', async () => {
    await using scene = await startScene();
    scene.cluster.kubernetes.deny('targetgroupbindings.elbv2.k8s.aws');
    const { code, stdout } = await runProgram(['doctor', '--json'], { env: scene.pod.env });
    const { subjects } = JSON.parse(stdout);
    expect(subjects[0].findings).toContainEqual(
      expect.objectContaining({
        check: 'kubernetes-permission',
        level: 'problem',
        message: expect.stringContaining('may not list targetgroupbindings.elbv2.k8s.aws'),
      }),
    );
    expect(code).toBe(1);
  });

  test('looks at a namespace with a kubeconfig, and exits with 0 where all is well', async () => {
    const shop = await startShop();
    const run = await runProgram(['doctor', '-n', 'default', '--fail-on', 'warning'], {
      env: shop.personEnv,
      confined: false,
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/1 pod looked at: .*\n$/);
    expect(run.code).toBe(0);
  });

  test('says where there is nothing to look at, and exits with 2', async () => {
    const shop = await startShop();
    const run = await runProgram(['doctor', 'pod/nix'], { env: shop.personEnv, confined: false });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toBe(
      'drain-wait doctor: there is no pod/nix in namespace default; kubectl get pods -n default lists what is there\n',
    );
  });

  test('helps, and names every flag that is wrong', async () => {
    const help = await runProgram(['doctor', '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('kubectl exec POD -c drain-wait -- drain-wait doctor');
    const wrong = await runProgram(['doctor', '--nix', '--lag', '20']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--nix');
    expect(wrong.stderr).toContain("--lag='20'");
  });
});
