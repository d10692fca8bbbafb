import { AwsError } from './aws-error.ts';
import type { Identities } from './identities.ts';
import type { Action, Call, Xml } from './query-protocol.ts';
import { accountOf } from './target-group.ts';

/** A role that anybody may assume who knows its external id, and any service account by its token. */
export interface Role {
  readonly arn: string;
  /** Absent: none is asked for. */
  readonly externalId?: string;
}

const lifetimeMs = 3_600_000;

/** The action that proves who calls by a token, and so needs no signature. */
export const WITHOUT_SIGNATURE = 'AssumeRoleWithWebIdentity';

export function createStsActions(roles: readonly Role[], identities: Identities): Readonly<Record<string, Action>> {
  function giveOut({ arn }: Role, { params }: Call): Xml {
    const session = params.get('RoleSessionName') ?? 'session';
    const { accessKeyId, arn: sessionArn } = identities.giveOut(arn, session);
    return {
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: 'simulated-secret-key',
        SessionToken: 'simulated-session-token',
        // The SDK compares this with the date of its machine, not with simulated time.
        Expiration: new Date(Date.now() + lifetimeMs).toISOString(),
      },
      AssumedRoleUser: { Arn: sessionArn, AssumedRoleId: userId(sessionArn) },
    };
  }

  function assumable({ action, params }: Call): Role {
    const arn = params.get('RoleArn');
    const role = roles.find((one) => one.arn === arn);
    if (role !== undefined) return role;
    throw new AwsError('AccessDenied', `Not authorized to perform: sts:${action} on resource: ${arn}`, 403);
  }

  return {
    AssumeRole(call) {
      const role = assumable(call);
      if (role.externalId !== undefined && role.externalId !== call.params.get('ExternalId')) {
        throw new AwsError('AccessDenied', `Not authorized to perform: sts:AssumeRole on resource: ${role.arn}`, 403);
      }
      return giveOut(role, call);
    },
    [WITHOUT_SIGNATURE](call) {
      if ((call.params.get('WebIdentityToken') ?? '') === '') {
        throw new AwsError('InvalidIdentityToken', 'The web identity token that was passed is empty');
      }
      return giveOut(assumable(call), call);
    },
    GetCallerIdentity({ credential }) {
      const arn = identities.arnOf(credential?.accessKeyId ?? '');
      return { Arn: arn, UserId: userId(arn), Account: accountOf(arn) };
    },
  };
}

/** For a session, the id of its role and the session's name. */
function userId(arn: string): string {
  return arn.includes(':assumed-role/') ? `AROASIMULATED00000001:${arn.split('/').at(-1)}` : 'AIDASIMULATED00000001';
}
