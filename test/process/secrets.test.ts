import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listen, readBody } from '../../sim/http.ts';
import { endpointSlice, pod, service, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import { listenTls, podEnvironment, writeServiceAccount } from '../../sim/kubernetes/tls.ts';
import { startCredentialSources } from '../support/credentials.ts';
import { ENTRY, IMAGE } from '../support/entry.ts';

const TOKEN = 'planted-service-account-token.eyJhbGciOiJSUzI1NiJ9.signature';
const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAPLANTEDPLANTED01',
  AWS_SECRET_ACCESS_KEY: 'planted/secret+access/key/of/forty/chars0',
  AWS_SESSION_TOKEN: 'planted-session-token//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==',
};
/** What the stand-ins for credential sources give out. */
const GIVEN_OUT = ['secret-of-nobody', 'token-of-nobody', 'ASIAPODIDENTITY00001', 'ASIANODEROLE00000001'];

type Handler = (request: IncomingMessage, response: ServerResponse, said: string) => void;

/** Everything that a request says of its sender, the secrets first: a server that is asked to help debugging says it back. */
function sayBack({ headers, method, url }: IncomingMessage, body: string): string {
  const { authorization, 'x-amz-security-token': token, ...others } = headers;
  return [authorization, token, body, JSON.stringify(others), method, url].join(' ');
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const POD = pod({ name: 'web-1', spec: { terminationGracePeriodSeconds: 60 } });
const DELETED = {
  ...POD,
  metadata: { ...POD.metadata, deletionTimestamp: POD.metadata.creationTimestamp, deletionGracePeriodSeconds: 60 },
};
const TARGET_REF = { kind: 'Pod', namespace: 'default', name: 'web-1', uid: POD.metadata.uid };
const CONDITIONS = { ready: false, serving: true, terminating: true };
const OBJECTS: Readonly<Record<string, unknown>> = {
  'web-1': DELETED,
  web: service({ name: 'web' }),
  targetgroupbindings: { metadata: {}, items: [targetGroupBinding({ name: 'web' })] },
  endpointslices: {
    metadata: {},
    items: [
      endpointSlice({
        name: 'web-a',
        service: 'web',
        endpoints: [{ addresses: ['10.1.0.7'], conditions: CONDITIONS, targetRef: TARGET_REF }],
        ports: [{ name: 'http', port: 8080 }],
      }),
    ],
  },
};

const goodKubernetes: Handler = ({ url = '', method }, response) => {
  const [, name = ''] = /\/([^/?]+)(\?.*)?$/.exec(url) ?? [];
  response.writeHead(method === 'POST' ? 201 : 200).end(JSON.stringify(OBJECTS[name] ?? {}));
};

const refusedByKubernetes =
  (status: number): Handler =>
  (_, response, said) =>
    response.writeHead(status).end(JSON.stringify({ kind: 'Status', message: said }));

const goodAws: Handler = (_, response) =>
  response.end(
    '<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>10.1.0.7</Id><Port>8080</Port></Target><TargetHealth><State>draining</State></TargetHealth></member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>',
  );

const refusedByAws =
  (status: number, code: string): Handler =>
  (_, response, said) =>
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(`<ErrorResponse><Error><Code>${code}</Code><Message>${escaped(said)}</Message></Error></ErrorResponse>`);

const HANDLERS: Readonly<Record<string, Handler>> = {
  'a page of text that says back the request': (_, response, said) => response.end(said),
  'the start of an answer, and breaks off': (_, response, said) => {
    response.writeHead(200, { 'content-length': 2 * said.length });
    response.write(said, () => response.destroy());
  },
  'a header that is too long': (_, response, said) => response.writeHead(200, { x: said.repeat(50) }).end(),
  nothing: (_, response) => response.destroy(),
};

interface World {
  readonly kubernetes?: Handler;
  readonly aws?: Handler;
  readonly env?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly secrets?: readonly string[];
}

/** Runs the program among these servers. Everything that it has printed and sent to Kubernetes, and the signatures that it has sent to AWS. */
async function run(
  command: string,
  { kubernetes = goodKubernetes, aws = goodAws, env = {}, token = TOKEN }: World,
  visit?: (url: string) => Promise<string>,
) {
  const signatures = new Set<string>();
  const events: string[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
    const body = await readBody(request);
    const [, signature] = /Signature=(\w+)/.exec(request.headers.authorization ?? '') ?? [];
    if (signature !== undefined) signatures.add(signature);
    if (request.url?.includes('/events') === true) events.push(body);
    handler(request, response, sayBack(request, body));
  }
  const [kubernetesApi, awsApi, folder] = await Promise.all([
    listenTls((request, response) => answer(request, response, kubernetes)),
    listen((request, response) => answer(request, response, aws)),
    mkdtemp(join(tmpdir(), 'secrets-')),
  ]);
  await writeServiceAccount(folder, kubernetesApi, token);
  const child = spawn(process.execPath, [...IMAGE.nodeFlags, ENTRY, command], {
    env: {
      ...IMAGE.env,
      ...podEnvironment(kubernetesApi, folder),
      ...KEYS,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: awsApi.url,
      DRAIN_WAIT_PORT: '0',
      DRAIN_WAIT_POD_NAME: 'web-1',
      DRAIN_WAIT_POD_NAMESPACE: 'default',
      DRAIN_WAIT_POD_IPS: '10.1.0.7',
      DRAIN_WAIT_MIN_HOLD: '0s',
      DRAIN_WAIT_SETTLE_ALB: '1s',
      DRAIN_WAIT_FALLBACK_HOLD: '8s',
      DRAIN_WAIT_LOG_LEVEL: 'debug',
      DRAIN_WAIT_EMF: 'true',
      DRAIN_WAIT_METRICS: 'true',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => {
    child.kill('SIGKILL');
    await Promise.all([kubernetesApi.close(), awsApi.close(), rm(folder, { recursive: true })]);
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const ended = once(child, 'close');
  // The check would look again for minutes; its first result says it all.
  if (command === 'check') child.stdout.once('data', () => child.kill('SIGKILL'));
  let served = '';
  if (visit !== undefined) {
    await expect.poll(() => printed, { timeout: 20_000 }).toContain('"listening"');
    const [, port] = /"port":(\d+)/.exec(printed) ?? [];
    served = await visit(`http://127.0.0.1:${port}`);
    child.kill('SIGTERM');
  }
  await ended;
  return { printed, all: `${printed}\n${served}\n${events.join('\n')}`, events, signatures };
}

/** Nothing of it is in the text, in none of the ways in which it could be written. */
function expectNone(text: string, secrets: Iterable<string>): void {
  expect(text.length).toBeGreaterThan(100);
  for (const secret of secrets) {
    for (const written of [
      secret,
      Buffer.from(secret).toString('base64'),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ]) {
      expect(text.includes(written), `${secret} in ${text}`).toBe(false);
    }
  }
}

const PLANTED = [TOKEN, ...Object.values(KEYS), ...GIVEN_OUT];

async function expectSilence(command: string, world: World): Promise<string> {
  const { printed, all, signatures } = await run(command, world);
  expectNone(all, [...PLANTED, ...signatures, ...(world.secrets ?? [])]);
  return printed;
}

describe.concurrent('no secret is printed', () => {
  test.each([400, 401, 403, 404, 429, 500, 503])(
    'where the API server says back the request with HTTP %i',
    async (status) => {
      const printed = await expectSilence('wait', { kubernetes: refusedByKubernetes(status) });
      // It has said it back, and what is left of that is in the log.
      expect(printed).toMatch(status === 401 ? /HTTP 401/ : /\[redacted\]/);
    },
  );

  test.each([
    [400, 'IncompleteSignature'],
    [403, 'SignatureDoesNotMatch'],
    [403, 'AccessDenied'],
    [400, 'Throttling'],
    [400, 'ValidationError'],
    [500, 'InternalFailure'],
  ])('where ELBv2 says back the request with HTTP %i %s', async (status, code) => {
    const printed = await expectSilence('wait', { aws: refusedByAws(status, code) });
    expect(printed).toContain('[redacted]');
  });

  test('where it stands in the code of the error', async () => {
    const aws: Handler = ({ headers }, response) =>
      refusedByAws(400, escaped(String(headers.authorization)))({} as IncomingMessage, response, '');
    await expectSilence('wait', { aws });
  });

  test.each(Object.entries(HANDLERS))('where both answer with %s', async (_, handler) => {
    await expectSilence('wait', { kubernetes: handler, aws: handler });
    await expectSilence('check', { kubernetes: handler });
  });

  test('where the token cannot be sent', async () => {
    const token = 'planted\u0001token';
    const printed = await expectSilence('check', { token, secrets: [token, 'planted', 'token\n'] });
    expect(printed).toContain('authorization');
  });

  test('where the credentials come from something that says back the request', async () => {
    await using sources = await startCredentialSources();
    await using cleanup = new AsyncDisposableStack();
    const echo = await listen(async (request, response) => {
      const body = await readBody(request);
      // IMDS gives a token of its own first.
      if (request.method === 'PUT') response.end('planted-metadata-token');
      else
        response
          .writeHead(403)
          .end(JSON.stringify({ Code: 'X', Message: sayBack(request, body), message: sayBack(request, body) }));
    });
    cleanup.defer(() => echo.close());
    const podToken = await readFile(sources.podIdentity.env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', 'utf8');
    const webToken = await readFile(sources.webIdentity.env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '', 'utf8');
    const secrets = [podToken, webToken, 'planted-metadata-token'];
    const aws = refusedByAws(403, 'InvalidIdentityToken');
    await Promise.all(
      [
        { ...sources.podIdentity.env, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${echo.url}/v1/credentials` },
        sources.webIdentity.env,
        { ...sources.nodeRole.env, AWS_EC2_METADATA_SERVICE_ENDPOINT: echo.url },
      ].map(async (env) => {
        const printed = await expectSilence('wait', { env, aws, secrets });
        expect(printed).toContain('ELBv2 call failed');
      }),
    );
  });
});

test('no secret is served, told to Kubernetes or printed by a sidecar while it holds', async () => {
  const served: string[] = [];
  async function get(url: string): Promise<string> {
    const response = await fetch(url, { headers: { authorization: 'Bearer of-somebody-else' } });
    const text = `${url} ${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
    served.push(text);
    return text;
  }
  let looks = 0;
  const aws: Handler = (request, response, said) => {
    looks += 1;
    if (looks === 1) refusedByAws(403, 'IncompleteSignature')(request, response, said);
    else goodAws(request, response, said);
  };
  const pages = ['status', 'metrics', 'healthz', 'readyz', 'nothing'];
  const { all, events, signatures } = await run(
    'serve',
    { aws, env: { DRAIN_WAIT_FALLBACK_HOLD: '30s' } },
    async (url) => {
      for (const page of pages) await get(`${url}/${page}`);
      const hook = get(`${url}/prestop`);
      await expect.poll(() => get(`${url}/status`), { timeout: 20_000 }).toContain('"errors":1');
      expect(await hook).toContain('"drained"');
      for (const page of pages) await get(`${url}/${page}`);
      return served.join('\n');
    },
  );
  expect(signatures.size).toBeGreaterThanOrEqual(2);
  expect(events.some((event) => event.includes('DrainWaitDrained'))).toBe(true);
  expect(all).toContain('[redacted]');
  expectNone(all, [...PLANTED, ...signatures, 'of-somebody-else']);
});

test('the search finds what it looks for', () => {
  const text = `${'x'.repeat(100)} ${Buffer.from(TOKEN).toString('base64')}`;
  expect(() => expectNone(text, [TOKEN])).toThrow(/planted/);
});
