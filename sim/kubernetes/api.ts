import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../src/core/ports.ts';
import { answerWith, bendsRealAnswer, type Faults } from '../faults.ts';
import { listen, readBody } from '../http.ts';
import type { Listening } from '../listen.ts';
import { type Access, createAccess, forbidden } from './access.ts';
import { answerReview, reviewTypeOf } from './access-reviews.ts';
import { OPTIONAL_GROUPS, parseCall } from './call.ts';
import { answerCall } from './resources.ts';
import { type Answer, failure, json, PAGE_NOT_FOUND, text } from './status.ts';
import type { Store } from './store.ts';

export interface KubernetesApiOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** A request is called `GET /api/v1/...`, without its query. */
  readonly faults: Faults;
  /** Default: a free one. */
  readonly port?: number;
  /** The bearer tokens that are somebody's; may change at any time. Absent: nobody has to show one. */
  readonly tokens?: ReadonlySet<string>;
  /** Which of the groups of TargetGroupBindings are installed. Default: both. */
  readonly groups?: readonly string[];
}

export interface ApiRequest {
  /** `GET /api/v1/...`, without its query. */
  readonly name: string;
  /** Simulated ms since the start of the API. */
  readonly atMs: number;
}

/** An API server over plain HTTP: what drain-wait asks of one, and a little for the tests and the demo. No watches. */
export interface KubernetesApi extends Listening, Pick<Access, 'deny' | 'allow' | 'identify' | 'revokeToken'> {
  /** Every request so far, refused ones too, oldest first. */
  readonly requests: readonly ApiRequest[];
  /** Installs exactly these groups of TargetGroupBindings. */
  setGroups(groups: readonly string[]): void;
  /** Answers one request, for a server that carries more than this API. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const VERSION = { major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'linux/amd64' };

export async function startKubernetesApi(options: KubernetesApiOptions): Promise<KubernetesApi> {
  const { store, clock, faults, port, tokens } = options;
  const startedAt = clock.now();
  const access = createAccess(clock, tokens);
  const requests: ApiRequest[] = [];
  let groups = options.groups ?? OPTIONAL_GROUPS;

  function isMissing(group: string): boolean {
    return OPTIONAL_GROUPS.includes(group) && !groups.includes(group);
  }

  /** In the order of the real one: who, then whether allowed, and only then whether there is such a thing. */
  function answer(method: string, url: URL, authorization: string | undefined, body: string): Answer {
    if (url.pathname === '/healthz') return text(200, 'ok');
    if (url.pathname === '/version') return json(200, VERSION);
    if (!access.isAuthenticated(authorization)) return failure(401, 'Unauthorized');
    const call = parseCall(method, url);
    if (call === undefined) return PAGE_NOT_FOUND;
    const user = access.userOf(authorization);
    if (!access.isAllowed(user, call)) {
      return failure(403, forbidden(call, user), { group: call.group, kind: call.resource });
    }
    if (isMissing(call.group)) return PAGE_NOT_FOUND;
    const review = reviewTypeOf(call);
    return review === undefined ? answerCall(store, call, body) : answerReview(access, user, review, call, body);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://kubernetes');
    const name = `${method} ${url.pathname}`;
    requests.push({ name, atMs: clock.now() - startedAt });
    const body = await readBody(request);
    const fault = faults.take(name);
    // A delete that was answered with 503 has deleted nothing.
    const isServed = fault === undefined || bendsRealAnswer(fault);
    const real = isServed ? answer(method, url, headers.authorization, body) : json(200, {});
    await answerWith(response, fault, real, plannedFailure, clock);
  }

  const { deny, allow, identify, revokeToken } = access;
  return {
    ...(await listen(handle, port)),
    requests,
    handle,
    deny,
    allow,
    identify,
    revokeToken,
    setGroups(installed) {
      groups = installed;
    },
  };
}

function plannedFailure(status: number): string {
  return failure(status, 'planned by the test').body;
}
