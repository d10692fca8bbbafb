import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AwsApi, startAwsApi } from '../../sim/aws/api.ts';
import { createElbv2, type Elbv2 } from '../../sim/aws/elbv2.ts';
import { createFaults, type Faults } from '../../sim/faults.ts';
import { createTimeline } from '../../sim/timeline.ts';
import { virtualClock } from '../../sim/virtual-clock.ts';

const WEB_ROLE = 'arn:aws:sts::123456789012:assumed-role/web-role/session';

let elbv2: Elbv2;
let faults: Faults;
let api: AwsApi;

beforeEach(async () => {
  const clock = virtualClock();
  elbv2 = createElbv2({ clock, timeline: createTimeline(clock) });
  faults = createFaults(clock);
  api = await startAwsApi({ elbv2, clock, faults });
});

afterEach(async () => {
  elbv2.close();
  await api.close();
});

/** What the API says to an action that is signed with this key; absent: not signed. */
async function call(action: string, accessKeyId?: string, version = '2011-06-15'): Promise<string> {
  const credential = `Credential=${accessKeyId}/20261125/eu-west-1/sts/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`;
  const answer = await fetch(api.url, {
    method: 'POST',
    ...(accessKeyId === undefined ? {} : { headers: { authorization } }),
    body: new URLSearchParams({ Action: action, Version: version }),
  });
  return `${answer.status} ${await answer.text()}`;
}

describe('GetCallerIdentity', () => {
  test('gives account, ARN and user id of the caller', async () => {
    expect(await call('GetCallerIdentity', 'AKIAOWN')).toContain(
      '200 <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        `<Arn>${WEB_ROLE}</Arn><UserId>AROASIMULATED00000001:session</UserId><Account>123456789012</Account>`,
    );
  });

  test('gives who a test says it is, for one key or for all others', async () => {
    api.identify('arn:aws:iam::999999999999:user/somebody');
    api.identify(WEB_ROLE, 'AKIAWEB');
    expect(await call('GetCallerIdentity', 'AKIAOWN')).toContain(
      '<Arn>arn:aws:iam::999999999999:user/somebody</Arn><UserId>AIDASIMULATED00000001</UserId><Account>999999999999<',
    );
    expect(await call('GetCallerIdentity', 'AKIAWEB')).toContain(`<Arn>${WEB_ROLE}</Arn>`);
  });

  test('needs a signature, and can be refused', async () => {
    expect(await call('GetCallerIdentity')).toMatch(/^403 .*<Code>MissingAuthenticationToken</);
    faults.add({ fault: { kind: 'status', status: 403, code: 'ExpiredToken' }, match: 'GetCallerIdentity' });
    expect(await call('GetCallerIdentity', 'AKIAOWN')).toMatch(/^403 .*<Code>ExpiredToken</);
  });
});

test('a target group is that of the account to which the caller belongs', async () => {
  elbv2.createTargetGroup({ name: 'web', account: '999999999999' });
  expect(await call('DescribeTargetGroups', 'AKIAOWN', '2015-12-01')).not.toContain('targetgroup/web');
  api.identify('arn:aws:sts::999999999999:assumed-role/web-role/session', 'AKIAOWN');
  expect(await call('DescribeTargetGroups', 'AKIAOWN', '2015-12-01')).toContain('targetgroup/web');
});

test('a web identity without a token is refused', async () => {
  expect(await call('AssumeRoleWithWebIdentity')).toMatch(/^400 .*<Code>InvalidIdentityToken</);
});
