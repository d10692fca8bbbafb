import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import type { EmbeddedCluster } from '../../sim/cluster.ts';
import { listen } from '../../sim/http.ts';
import { listenTls } from '../../sim/kubernetes/tls.ts';
import { type Scene, startScene } from '../support/scene.ts';
import { BINDINGS, fillNamespace, SLICES } from './large-namespace.ts';
import { MIB, sendLong } from './long-answer.ts';
import { MEMORY_LIMIT, type MemoryWatch, watchMemory } from './memory.ts';

const PAGE = 100;
/** Both API groups, of which one has nothing. */
const PAGES_OF_BINDINGS = BINDINGS / PAGE + 1;
const PAGES_OF_SLICES = Math.ceil(SLICES / PAGE);

/** Requests so far, by the last part of their path. */
function requests({ cluster }: Scene): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of cluster.kubernetes.requests) {
    const what = name.split('/').at(-1) ?? '';
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

async function expectWithinLimit({ pod }: Scene, memory: MemoryWatch): Promise<void> {
  const peak = await memory.stop();
  if (process.platform === 'linux') expect(peak).toBeDefined();
  if (peak !== undefined) expect(Math.max(peak.rss, peak.together)).toBeLessThan(MEMORY_LIMIT);
  expect(pod.log.filter(({ level }) => level === 'error')).toEqual([]);
}

test('in a namespace of 2,000 TargetGroupBindings and 9,000 endpoints check and hold find the target, within the memory limit', async () => {
  const memory = await watchMemory();
  await using scene = await startScene({
    launcher: memory.launcher,
    // A page that the machine is too busy for is asked for again, and does not decide what the hold is worth.
    env: { DRAIN_WAIT_FALLBACK_HOLD: '250s' },
    prepare(cluster) {
      addTargetGroup(cluster);
      fillNamespace(cluster);
    },
  });
  await expect
    .poll(() => scene.pod.log, { timeout: 40_000 })
    .toContainEqual(expect.objectContaining({ msg: 'start-up check', source: 'endpoint-slice' }));
  scene.delete();
  expect(await scene.released()).toMatchObject({ reason: 'drained', targets: [{ port: 8080, state: 'settled' }] });
  const { targetgroupbindings, endpointslices } = requests(scene);
  // Each of both reads every page once. What is more has been asked for again.
  expect(targetgroupbindings).toBeGreaterThanOrEqual(2 * PAGES_OF_BINDINGS);
  expect(targetgroupbindings).toBeLessThan(6 * PAGES_OF_BINDINGS);
  expect(endpointslices).toBeGreaterThanOrEqual(2 * PAGES_OF_SLICES);
  expect(endpointslices).toBeLessThan(6 * PAGES_OF_SLICES);
  await expectWithinLimit(scene, memory);
});

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | unknown;

// In the scene's time a call has a second or so: where the machine is too busy for the whole answer, that ends it. Both are bounds.
describe('an API server with no bounds does not take the memory of a hold', () => {
  /** The requests for slices are answered so, and every other one as ever. */
  async function holdWith(answerSlices: Handler) {
    const memory = await watchMemory();
    const world: { cluster?: EmbeddedCluster } = {};
    const server = await listenTls(async (request, response) => {
      if (request.url?.includes('/endpointslices') === true) await answerSlices(request, response);
      else await world.cluster?.kubernetes.handle(request, response);
    });
    onTestFinished(() => server.close());
    await using scene = await startScene({
      launcher: memory.launcher,
      env: { KUBERNETES_SERVICE_PORT: String(server.port) },
      prepare(cluster) {
        world.cluster = cluster;
        addTargetGroup(cluster);
      },
    });
    scene.delete();
    const summary = await scene.released();
    await expectWithinLimit(scene, memory);
    return { summary, log: scene.pod.log };
  }

  test('where it gives 50 MB', async () => {
    const { summary, log } = await holdWith((_, response) => sendLong(response, '{', 50 * MIB));
    expect(summary.reason).toBe('fallback');
    expect(JSON.stringify(log)).toMatch(/the answer is longer than 8 MiB|no answer within \d+ ms/);
  });

  test('where it has a next page for ever, and each is as large as a page can be', async () => {
    const slice = {
      addressType: 'IPv4',
      metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: Array.from({ length: 100 }, (_, index) => ({
        addresses: [`10.3.0.${index}`],
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod', namespace: 'default', name: `web-7c9f5d6b8-${index}`, uid: `uid-${index}` },
        nodeName: 'ip-10-2-0-17.eu-west-1.compute.internal',
        zone: 'eu-west-1a',
        // As much as is really there, and more.
        note: 'x'.repeat(200),
      })),
      ports: [{ name: 'http', port: 8080 }],
    };
    const page = JSON.stringify({ metadata: { continue: 'next' }, items: Array.from({ length: PAGE }, () => slice) });
    const { summary, log } = await holdWith((_, response) => response.end(page));
    expect(summary.reason).toBe('fallback');
    expect(JSON.stringify(log)).toMatch(/the list goes on after|no answer within \d+ ms/);
  });
});

test('an ELBv2 that gives 50 MB does not take the memory of a hold', async () => {
  const memory = await watchMemory();
  const server = await listen(async (_, response) => void (await sendLong(response, '<a>', 50 * MIB)));
  onTestFinished(() => server.close());
  await using scene = await startScene({ launcher: memory.launcher, env: { AWS_ENDPOINT_URL: server.url } });
  scene.delete();
  expect(await scene.released()).toMatchObject({ reason: 'fallback', targets: [{ state: 'unknown' }] });
  expect(JSON.stringify(scene.pod.log)).toMatch(/the answer is longer than 4 MiB|no answer within \d+ ms/);
  await expectWithinLimit(scene, memory);
});
