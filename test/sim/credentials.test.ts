import { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startAws, type TestAws } from '../support/aws.ts';
import { type CredentialSources, startCredentialSources } from '../support/credentials.ts';

const roleArn = 'arn:aws:iam::123456789012:role/shop/web-role';

let aws: TestAws;
let sources: CredentialSources;

beforeEach(async () => {
  aws = await startAws({ roles: [{ arn: roleArn }] });
  sources = await startCredentialSources({ aws: aws.api, roleArn });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await sources[Symbol.asyncDispose]();
  await aws.close();
});

/** The key that the official client calls with, in a container with this environment. */
async function keyUsed(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const client = new ElasticLoadBalancingV2Client({ credentials: fromNodeProviderChain(), maxAttempts: 1 });
  await client.send(new DescribeTargetGroupsCommand({}));
  client.destroy();
  return aws.api.requests.at(-1)?.accessKeyId;
}

/** What GetCallerIdentity says to whoever signs with this key. */
async function identity(accessKeyId: string): Promise<string> {
  const answer = await fetch(aws.api.url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261125/eu-west-1/sts/aws4_request, Signature=none`,
    },
    body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
  });
  return await answer.text();
}

describe('the official chain finds', () => {
  test('Pod Identity, by the token of the pod', async () => {
    const { podIdentity } = sources;
    expect(await keyUsed(podIdentity.env)).toBe(podIdentity.accessKeyId);
    expect(sources.requests).toEqual(['GET /v1/credentials']);
    expect(podIdentity.arn).toBe('arn:aws:sts::123456789012:assumed-role/web-role/eks-shop-web-1');
    expect(await identity(podIdentity.accessKeyId)).toContain(`<Arn>${podIdentity.arn}</Arn>`);
  });

  test('none where Pod Identity gives none, and again those that it gives later', async () => {
    const { podIdentity } = sources;
    sources.givePodIdentity('none');
    await expect(keyUsed(podIdentity.env)).rejects.toThrow(/credentials/i);
    sources.givePodIdentity('good');
    expect(await keyUsed(podIdentity.env)).toBe(podIdentity.accessKeyId);
  });

  test('credentials that have expired, and asks for new ones before each call', async () => {
    sources.givePodIdentity('expired');
    const client = new ElasticLoadBalancingV2Client({
      credentials: fromNodeProviderChain(),
      maxAttempts: 1,
    });
    for (const [name, value] of Object.entries(sources.podIdentity.env)) vi.stubEnv(name, value);
    await client.send(new DescribeTargetGroupsCommand({}));
    await client.send(new DescribeTargetGroupsCommand({}));
    client.destroy();
    expect(sources.requests.length).toBeGreaterThanOrEqual(2);
  });

  test('IRSA, by a token that STS takes without a signature', async () => {
    const key = (await keyUsed({ ...sources.webIdentity.env, AWS_ROLE_SESSION_NAME: 'web-1' })) ?? '';
    expect(aws.api.requests.map(({ action, accessKeyId }) => [action, accessKeyId])).toEqual([
      ['AssumeRoleWithWebIdentity', undefined],
      ['DescribeTargetGroups', key],
    ]);
    expect(await identity(key)).toContain('<Arn>arn:aws:sts::123456789012:assumed-role/web-role/web-1</Arn>');
  });

  test('the role of the node, where nothing else is', async () => {
    const { nodeRole } = sources;
    expect(await keyUsed(nodeRole.env)).toBe(nodeRole.accessKeyId);
    expect(sources.requests[0]).toBe('PUT /latest/api/token');
    expect(await identity(nodeRole.accessKeyId)).toContain('assumed-role/node-role/i-0123456789abcdef0</Arn>');
  });

  test('nothing, where there is no source', async () => {
    await expect(keyUsed(sources.none.env)).rejects.toMatchObject({ name: 'CredentialsProviderError' });
    expect(sources.requests).toEqual([]);
  });
});

test('a token of another pod, none, and a role that nobody may assume are refused', async () => {
  const url = sources.podIdentity.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
  const metadata = `${sources.nodeRole.env['AWS_EC2_METADATA_SERVICE_ENDPOINT']}/latest/meta-data/iam/security-credentials/`;
  expect((await fetch(url, { headers: { authorization: 'another' } })).status).toBe(403);
  expect((await fetch(metadata)).status).toBe(401);
  const other = { ...sources.webIdentity.env, AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/other' };
  await expect(keyUsed(other)).rejects.toMatchObject({ name: 'AccessDenied' });
});
