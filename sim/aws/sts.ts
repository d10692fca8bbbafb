import { AwsError } from './aws-error.ts';
import type { Action } from './query-protocol.ts';
import { accountOf } from './target-group.ts';

/** A role that anybody may assume who knows its external id. */
export interface Role {
  readonly arn: string;
  /** Absent: none is asked for. */
  readonly externalId?: string;
}

export interface Sts {
  readonly assumeRole: Action;
  /** The account whose role the access key was given out for; undefined for any other key. */
  accountOf(accessKeyId: string): string | undefined;
}

const lifetimeMs = 3_600_000;

export function createSts(roles: readonly Role[]): Sts {
  const accounts = new Map<string, string>();

  function giveOut(arn: string): string {
    const accessKeyId = `ASIASIMULATED${String(accounts.size + 1).padStart(7, '0')}`;
    accounts.set(accessKeyId, accountOf(arn));
    return accessKeyId;
  }

  return {
    assumeRole({ params }) {
      const arn = params.get('RoleArn');
      const role = roles.find((one) => one.arn === arn);
      if (role === undefined || (role.externalId !== undefined && role.externalId !== params.get('ExternalId'))) {
        throw new AwsError('AccessDenied', `Not authorized to perform: sts:AssumeRole on resource: ${arn}`, 403);
      }
      return {
        Credentials: {
          AccessKeyId: giveOut(role.arn),
          SecretAccessKey: 'simulated-secret-key',
          SessionToken: 'simulated-session-token',
          // The SDK compares this with the date of its machine, not with simulated time.
          Expiration: new Date(Date.now() + lifetimeMs).toISOString(),
        },
      };
    },
    accountOf(accessKeyId) {
      return accounts.get(accessKeyId);
    },
  };
}
