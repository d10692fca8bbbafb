import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsApi } from '../../sim/aws/api.ts';
import { sessionArn } from '../../sim/aws/identities.ts';
import { listen } from '../../sim/http.ts';

/** One way in which a container gets AWS credentials, and no other one. */
export interface CredentialSource {
  /** What is in the environment of the container. It hides what else is there: an empty variable counts as unset. */
  readonly env: Readonly<Record<string, string>>;
  /** The key that it gives out. */
  readonly accessKeyId: string;
  /** Who that is, as GetCallerIdentity tells. */
  readonly arn: string;
}

export interface CredentialSources extends AsyncDisposable {
  /** EKS Pod Identity: an endpoint on the node, and a token of the pod. */
  readonly podIdentity: CredentialSource;
  /** What the endpoint of EKS Pod Identity gives from now on: at first credentials that are good for an hour. */
  givePodIdentity(what: 'good' | 'expired' | 'none'): void;
  /** IRSA: a token that STS takes. The key is one of STS, and the role must be among those of the AWS API. */
  readonly webIdentity: Pick<CredentialSource, 'env'>;
  /** The instance metadata of the node (IMDSv2), to which everybody falls back who has no other source. */
  readonly nodeRole: CredentialSource;
  /** No source at all. */
  readonly none: Pick<CredentialSource, 'env'>;
  /** Method and path of every request so far, refused ones too, oldest first. */
  readonly requests: readonly string[];
}

export interface CredentialOptions {
  /** Told whose the keys are. Absent: nobody is. */
  readonly aws?: Pick<AwsApi, 'identify'>;
  /** Absent: web-role of the default account. */
  readonly roleArn?: string;
}

const NODE_ROLE_ARN = 'arn:aws:iam::123456789012:role/node-role';
const HOUR_MS = 3_600_000;
const INSTANCE = 'i-0123456789abcdef0';
const POD_IDENTITY_PATH = '/v1/credentials';
const METADATA_PATH = '/latest/meta-data/iam/security-credentials/';

/** Every variable that leads to credentials, leading nowhere. */
const NONE = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_WEB_IDENTITY_TOKEN_FILE: '',
  AWS_ROLE_ARN: '',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: '',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: '',
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Stand-ins for what gives credentials to a pod on EKS, at one address on loopback. */
export async function startCredentialSources(options: CredentialOptions = {}): Promise<CredentialSources> {
  const { aws, roleArn = 'arn:aws:iam::123456789012:role/web-role' } = options;
  const podToken = `pod-identity-token-${randomUUID()}`;
  const sessions = new Set<string>();
  const requests: string[] = [];
  const pod = { accessKeyId: 'ASIAPODIDENTITY00001', arn: sessionArn(roleArn, 'eks-shop-web-1') };
  const node = { accessKeyId: 'ASIANODEROLE00000001', arn: sessionArn(NODE_ROLE_ARN, INSTANCE) };
  for (const { arn, accessKeyId } of [pod, node]) aws?.identify(arn, accessKeyId);

  let given: 'good' | 'expired' | 'none' = 'good';

  function podIdentity(authorization: string | undefined): number | string {
    if (given === 'none') return 404;
    if (authorization !== podToken) return 403;
    return credentials(pod.accessKeyId, given === 'good' ? HOUR_MS : -HOUR_MS);
  }

  function reply(name: string, headers: IncomingHttpHeaders): number | string {
    const isKnown = sessions.has(String(headers['x-aws-ec2-metadata-token']));
    switch (name) {
      case `GET ${POD_IDENTITY_PATH}`:
        return podIdentity(headers.authorization);
      case 'PUT /latest/api/token':
        return headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined ? 400 : begin(sessions);
      case `GET ${METADATA_PATH}`:
        return isKnown ? 'node-role' : 401;
      case `GET ${METADATA_PATH}node-role`:
        return isKnown ? credentials(node.accessKeyId, HOUR_MS) : 401;
      default:
        return 404;
    }
  }

  const server = await listen(({ method, url, headers }, response) => {
    const name = `${method} ${url}`;
    requests.push(name);
    const answer = reply(name, headers);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(answer);
  });
  const folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  const tokenFile = join(folder, 'pod-identity-token');
  const webTokenFile = join(folder, 'web-identity-token');
  await Promise.all([writeFile(tokenFile, podToken), writeFile(webTokenFile, `web-identity-token-${randomUUID()}`)]);
  return {
    podIdentity: {
      ...pod,
      env: {
        ...NONE,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}${POD_IDENTITY_PATH}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
      },
    },
    webIdentity: { env: { ...NONE, AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: webTokenFile } },
    nodeRole: {
      ...node,
      env: { ...NONE, AWS_EC2_METADATA_DISABLED: '', AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url },
    },
    none: { env: NONE },
    requests,
    givePodIdentity(what) {
      given = what;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

function begin(sessions: Set<string>): string {
  const session = randomUUID();
  sessions.add(session);
  return session;
}

/** Good for `forMs` from now on. */
function credentials(AccessKeyId: string, forMs: number): string {
  return JSON.stringify({
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId,
    SecretAccessKey: 'secret-of-nobody',
    Token: 'token-of-nobody',
    Expiration: new Date(Date.now() + forMs).toISOString(),
  });
}
