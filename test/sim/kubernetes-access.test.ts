import { AuthorizationV1Api, type V1ResourceAttributes } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BareApi, startBareApi, TOKEN } from '../support/kubernetes-api.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1';
const ACCOUNT = 'system:serviceaccount:shop:web';
const EVENTS: V1ResourceAttributes = {
  verb: 'create',
  group: 'events.k8s.io',
  resource: 'events',
  namespace: 'shop',
};

let bare: BareApi;
beforeEach(async () => {
  bare = await startBareApi([TOKEN, 'of-engineer']);
});
afterEach(() => bare.close());

const access = (token?: string) => bare.config(token).makeApiClient(AuthorizationV1Api);

async function mayI(resourceAttributes: V1ResourceAttributes, token?: string): Promise<boolean | undefined> {
  const { status } = await access(token).createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
  return status?.allowed;
}

async function may(user: string, resourceAttributes: V1ResourceAttributes): Promise<boolean | undefined> {
  const { status } = await access().createSubjectAccessReview({ body: { spec: { user, resourceAttributes } } });
  return status?.allowed;
}

describe('a review of oneself', () => {
  test('is answered by the rules that calls are refused by', async () => {
    expect(await mayI(EVENTS)).toBe(true);
    bare.api.deny('events.events.k8s.io', 'create');
    expect(await mayI(EVENTS)).toBe(false);
    expect(await mayI({ ...EVENTS, verb: 'list' })).toBe(true);
    expect(await mayI({ ...EVENTS, group: '' })).toBe(true);
    expect((await bare.post('/apis/events.k8s.io/v1/namespaces/shop/events', {})).status).toBe(403);
    bare.api.allow('events.events.k8s.io');
    expect(await mayI(EVENTS)).toBe(true);
  });

  test('tells a subresource from its resource', async () => {
    bare.api.deny('pods/eviction');
    expect(await mayI({ verb: 'create', resource: 'pods', subresource: 'eviction', namespace: 'shop' })).toBe(false);
    expect(await mayI({ verb: 'create', resource: 'pods', namespace: 'shop' })).toBe(true);
  });

  test('comes back with what was asked', async () => {
    const spec = { resourceAttributes: EVENTS };
    const answer = await bare.post(`${REVIEWS}/selfsubjectaccessreviews`, { spec });
    expect([answer.status, await answer.json()]).toEqual([
      201,
      {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec,
        status: { allowed: true },
      },
    ]);
    const path = { spec: { nonResourceAttributes: { verb: 'get', path: '/version' } } };
    const paths = await bare.post(`${REVIEWS}/selfsubjectaccessreviews`, path);
    expect(await paths.json()).toMatchObject({ status: { allowed: true } });
  });

  test('needs a token that is somebody\u2019s', async () => {
    const asked = await bare.ask(`${REVIEWS}/selfsubjectaccessreviews`, { method: 'POST', headers: {}, body: '{}' });
    expect(asked.status).toBe(401);
  });
});

describe('a review of somebody else', () => {
  test('is by the rules for that user, and for all', async () => {
    bare.api.deny('events.events.k8s.io', 'create', ACCOUNT);
    expect([await may(ACCOUNT, EVENTS), await may('somebody', EVENTS), await mayI(EVENTS)]).toEqual([
      false,
      true,
      true,
    ]);
    bare.api.deny('events.events.k8s.io');
    expect(await may('somebody', EVENTS)).toBe(false);
  });

  test('can itself be forbidden, one of oneself then not', async () => {
    bare.api.deny('subjectaccessreviews.authorization.k8s.io');
    await expect(may(ACCOUNT, EVENTS)).rejects.toMatchObject({ code: 403 });
    expect(await mayI(EVENTS)).toBe(true);
  });

  test('in a namespace is about that namespace only', async () => {
    bare.api.deny('pods', 'get', ACCOUNT);
    const ask = (inside: string) => {
      const spec = { user: ACCOUNT, resourceAttributes: { verb: 'get', resource: 'pods', namespace: inside } };
      const body = { metadata: { namespace: 'shop' }, spec };
      return bare.post(`${REVIEWS}/namespaces/shop/localsubjectaccessreviews`, body);
    };
    expect(await (await ask('shop')).json()).toMatchObject({ status: { allowed: false } });
    expect((await ask('default')).status).toBe(422);
  });

  test('without anybody or anything in it is refused', async () => {
    const refused = await bare.post(`${REVIEWS}/subjectaccessreviews`, { spec: { groups: [] } });
    expect(await refused.json()).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: expect.stringMatching(
        /^SubjectAccessReview.authorization.k8s.io "" is invalid: \[spec.resourceAttributes: .*, spec.user: .*\]$/,
      ),
    });
    expect((await bare.ask(`${REVIEWS}/subjectaccessreviews`)).status).toBe(405);
  });
});

test('a token that is identified has rules of its own', async () => {
  bare.api.identify('of-engineer', 'engineer');
  bare.api.deny('pods', undefined, 'engineer');
  const pods = { verb: 'list', resource: 'pods', namespace: 'shop' };
  expect([await mayI(pods), await mayI(pods, 'of-engineer')]).toEqual([true, false]);
  const headers = { authorization: 'Bearer of-engineer' };
  const list = await bare.ask('/api/v1/namespaces/shop/pods', { headers });
  expect(await list.json()).toMatchObject({
    message: expect.stringContaining('User "engineer" cannot list resource "pods" in API group ""'),
  });
});
