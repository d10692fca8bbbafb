import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../sim/http.ts';
import { kubeconfig } from '../../sim/kubeconfig.ts';
import { PERSON_TOKEN, POD_TOKEN, type Run, startShop } from './command-world.ts';

const SECRETS = [
  POD_TOKEN,
  PERSON_TOKEN,
  'AKIAPERSON0000000001',
  'ASIAPODIDENTITY00001',
  'secret-key-of-a-person',
  'session-token-of-a-person',
  'secret-of-nobody',
  'token-of-nobody',
  'pod-identity-token',
  'AWS4-HMAC-SHA256',
];

function leaks({ stdout, stderr }: Run): readonly string[] {
  return SECRETS.filter((secret) => `${stdout}${stderr}`.includes(secret));
}

test('no report has a token, a key or a signed header in it', async () => {
  const shop = await startShop();
  expect(leaks(await shop.inside())).toEqual([]);
  expect(leaks(await shop.inside(['--json']))).toEqual([]);
  expect(leaks(await shop.outside(['deployment/web']))).toEqual([]);
  expect(leaks(await shop.outside(['deployment/web', '--json']))).toEqual([]);
});

/** A server that quotes what it was sent, as some proxies do where they refuse. */
function quoting(status: number, quote: (header: string) => string) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const said = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
    response.writeHead(status).end(quote(said.join('; ')));
  };
}

test('what servers quote of a request in their errors is left out', async () => {
  const shop = await startShop();
  const aws = await listen(
    quoting(
      403,
      (headers) =>
        `<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>refused ${headers}</Message></Error></ErrorResponse>`,
    ),
  );
  const kubernetes = await listen(quoting(500, (headers) => JSON.stringify({ message: `refused ${headers}` })));
  const folder = await mkdtemp(join(tmpdir(), 'quoting-'));
  onTestFinished(async () => {
    await Promise.all([aws.close(), kubernetes.close(), rm(folder, { recursive: true })]);
  });
  const refusedByAws = [
    await shop.inside(['--json'], { AWS_ENDPOINT_URL: aws.url }),
    await shop.outside(['deployment/web', '--json'], { AWS_ENDPOINT_URL: aws.url }),
  ];
  for (const run of refusedByAws) {
    expect(run.stdout).toContain('SignatureDoesNotMatch');
    expect(leaks(run)).toEqual([]);
  }
  const file = join(folder, 'kubeconfig');
  await writeFile(file, kubeconfig(kubernetes.url, PERSON_TOKEN));
  const refused = await shop.outside(['deployment/web'], { KUBECONFIG: file });
  expect(refused.stderr).toContain('HTTP 500');
  expect(leaks(refused)).toEqual([]);
});
