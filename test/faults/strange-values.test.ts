import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTargetGroup } from '../../sim/add-target-group.ts';
import { type EmbeddedCluster, startCluster } from '../../sim/cluster.ts';
import { pod } from '../../sim/kubernetes/builders.ts';
import { FAULTS } from './fault-rows.ts';

const POD = { name: 'web-1', ips: ['10.1.0.7'], labels: { app: 'web' } };
const NAMESPACE = 'namespaces/default';

let cluster: EmbeddedCluster;
let answers: string;

beforeAll(async () => {
  cluster = await startCluster({ lagMs: 0 });
  const { arn } = addTargetGroup(cluster);
  cluster.store.put(pod({ ...POD, ready: true }));
  const health = () => elbv2({ Action: 'DescribeTargetHealth', TargetGroupArn: arn });
  const registered = await until(health, '<State>healthy<');
  const kubernetes = await Promise.all([
    get(`/apis/elbv2.k8s.aws/v1beta1/${NAMESPACE}/targetgroupbindings`),
    get(`/apis/discovery.k8s.io/v1/${NAMESPACE}/endpointslices`),
  ]);
  const described = await elbv2({ Action: 'DescribeTargetGroups' });
  cluster.store.deletePod('default', 'web-1');
  const leaving = await until(health, '<State>draining<');
  answers = [registered, ...kubernetes, described, leaving].join('\n');
});

afterAll(() => cluster.close());

async function get(path: string): Promise<string> {
  return await (await fetch(cluster.kubernetes.url + path)).text();
}

async function elbv2(parameters: Readonly<Record<string, string>>): Promise<string> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=AKIA/20261125/eu-west-1/elasticloadbalancing/aws4_request, Signature=none';
  const body = new URLSearchParams({ ...parameters, Version: '2015-12-01' });
  return await (await fetch(cluster.aws.url, { method: 'POST', headers: { authorization }, body })).text();
}

async function until(ask: () => Promise<string>, text: string): Promise<string> {
  for (;;) {
    const answer = await ask();
    if (answer.includes(text)) return answer;
    await cluster.clock.sleep(20);
  }
}

const replaced = FAULTS.flatMap(({ name, answers }) =>
  answers?.kind === 'rewrite' ? answers.replace.map(({ from }) => [name, from] as const) : [],
);

test.each(replaced)('the fault "%s" changes something: %s stands in an answer', (_, from) => {
  expect(answers).toContain(from);
});
