import type { Clock } from '../../src/core/ports.ts';
import { answerWith, type Faults } from '../faults.ts';
import { listen, readBody } from '../http.ts';
import type { Listening } from '../listen.ts';
import { AwsError } from './aws-error.ts';
import type { Elbv2 } from './elbv2.ts';
import { createElbv2Actions } from './elbv2-actions.ts';
import { createIdentities, type Identities } from './identities.ts';
import { type Action, type Answer, type Call, errorAnswer, parseCall, resultAnswer } from './query-protocol.ts';
import { isThrottling, refusal } from './refusal.ts';
import { createStsActions, type Role, WITHOUT_SIGNATURE } from './sts.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** One request that the API took, whatever it answered. */
export interface AwsRequest {
  readonly action: string;
  /** Simulated ms since the API started. */
  readonly atMs: number;
  /** Absent: the request was not signed. */
  readonly accessKeyId: string | undefined;
  readonly targetGroupArn?: string;
  /** Whether it named targets. */
  readonly filtered: boolean;
  /** Whether it was refused for the rate, by the token bucket or by a planted fault. */
  readonly throttled: boolean;
}

/** The HTTP face of Elastic Load Balancing v2 and of the Security Token Service, at one address. */
export interface AwsApi extends Listening, Pick<Identities, 'identify'> {
  /** Oldest first. */
  readonly requests: readonly AwsRequest[];
}

export interface AwsApiOptions {
  readonly elbv2: Elbv2;
  readonly clock: Clock;
  /** A request's name is its action. */
  readonly faults: Faults;
  /** Shared by all Describe* calls. Absent: 40 tokens and 10 a second, the smaller of the limits that AWS is known for. */
  readonly bucket?: TokenBucket;
  /** The roles that can be assumed. Target groups of another account than the default one need one of that account. */
  readonly roles?: readonly Role[];
  /** Absent: a free one. */
  readonly port?: number;
  /** The IPv4 address to listen on. Absent: loopback. */
  readonly host?: string;
}

interface Service {
  readonly namespace: string;
  readonly actions: Readonly<Record<string, Action>>;
}

export async function startAwsApi({
  elbv2,
  clock,
  faults,
  bucket = createTokenBucket({ clock }),
  roles = [],
  port,
  host,
}: AwsApiOptions): Promise<AwsApi> {
  const identities = createIdentities();
  const services: Readonly<Record<string, Service>> = {
    '2015-12-01': {
      namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
      actions: createElbv2Actions(elbv2),
    },
    '2011-06-15': {
      namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
      actions: createStsActions(roles, identities),
    },
  };
  const requests: AwsRequest[] = [];
  const startedAt = clock.now();
  const closed = new AbortController();
  const closableClock: Clock = { now: clock.now, sleep: (ms) => clock.sleep(ms, closed.signal) };

  function perform(call: Call, signedAt: string | undefined): Answer {
    const { action, version, credential } = call;
    const service = services[version];
    const act = service?.actions[action];
    if (service === undefined || act === undefined) {
      throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${version}`);
    }
    if (credential === undefined && action !== WITHOUT_SIGNATURE) {
      throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    }
    if (credential !== undefined && isSkewed(signedAt)) {
      throw new AwsError('SignatureDoesNotMatch', `Signature expired or not yet current: ${signedAt}`, 403);
    }
    if (action.startsWith('Describe') && !bucket.take()) throw new AwsError('Throttling', 'Rate exceeded');
    const { accessKeyId, region } = credential ?? { accessKeyId: '', region: '' };
    return resultAnswer(service.namespace, action, act(call, { account: identities.accountOf(accessKeyId), region }));
  }

  const server = await listen(
    async (request, response) => {
      const call = parseCall(await readBody(request), request.headers.authorization);
      const fault = faults.take(call.action);
      const answer = answerOf(() => {
        // A planted refusal stops the action; every other fault only spoils the answer to it.
        if (fault?.kind === 'status') throw refusal(fault.status, fault.code);
        return perform(call, request.headers['x-amz-date']?.toString());
      });
      const targetGroupArn = call.params.get('TargetGroupArn');
      requests.push({
        action: call.action,
        atMs: clock.now() - startedAt,
        accessKeyId: call.credential?.accessKeyId,
        ...(targetGroupArn === null ? {} : { targetGroupArn }),
        filtered: call.params.has('Targets.member.1.Id'),
        throttled: isThrottling(answer.errorCode ?? ''),
      });
      response.setHeader('x-amzn-requestid', answer.requestId);
      await answerWith(response, fault, answer, () => answer.body, closableClock);
    },
    port,
    host,
  );

  return {
    ...server,
    identify: identities.identify,
    requests,
    close() {
      closed.abort();
      return server.close();
    },
  };
}

function answerOf(perform: () => Answer): Answer {
  try {
    return perform();
  } catch (error) {
    if (error instanceof AwsError) return errorAnswer(error);
    throw error;
  }
}

/** How far the client's clock may be off (AWS: "Signature Version 4", troubleshooting). */
const MOST_SKEW_MS = 5 * 60_000;

/** `signedAt` as in X-Amz-Date: `20260131T235959Z`. */
function isSkewed(signedAt: string | undefined): boolean {
  const iso = signedAt?.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)/, '$1-$2-$3:$4:');
  return iso !== undefined && Math.abs(Date.parse(iso) - Date.now()) > MOST_SKEW_MS;
}
