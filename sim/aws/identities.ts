import { accountOf, defaultAccount } from './target-group.ts';

/** Who calls, by the access keys that are known. */
export interface Identities {
  /** From now on the key belongs to this ARN. Absent `accessKeyId`: every key that nothing else is said of. */
  identify(arn: string, accessKeyId?: string): void;
  arnOf(accessKeyId: string): string;
  accountOf(accessKeyId: string): string;
  /** A new access key of a session of the role. */
  giveOut(roleArn: string, session: string): TemporaryCredentials;
}

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  /** Of the session. */
  readonly arn: string;
}

const DEFAULT_ARN = `arn:aws:sts::${defaultAccount}:assumed-role/web-role/session`;

export function createIdentities(): Identities {
  const arns = new Map<string, string>();
  let others = DEFAULT_ARN;
  let given = 0;
  const arnOf = (accessKeyId: string) => arns.get(accessKeyId) ?? others;
  return {
    identify(arn, accessKeyId) {
      if (accessKeyId === undefined) others = arn;
      else arns.set(accessKeyId, arn);
    },
    arnOf,
    accountOf: (accessKeyId) => accountOf(arnOf(accessKeyId)),
    giveOut(roleArn, session) {
      given += 1;
      const accessKeyId = `ASIASIMULATED${String(given).padStart(7, '0')}`;
      const arn = sessionArn(roleArn, session);
      arns.set(accessKeyId, arn);
      return { accessKeyId, arn };
    },
  };
}

/** The path of the role is not in it (AWS: "IAM identifiers"). */
export function sessionArn(roleArn: string, session: string): string {
  return `arn:aws:sts::${accountOf(roleArn)}:assumed-role/${roleArn.split('/').at(-1)}/${session}`;
}
