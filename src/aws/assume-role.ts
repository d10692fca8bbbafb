import type { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AssumedRole } from '../core/target.ts';
import { CLIENT_PLUGINS } from './client-plugins.ts';
import { ASSUME_ROLE, toAwsError } from './errors.ts';

/**
 * Credentials of a role in another account, renewed by the SDK; they reject with an ApiError. The module is loaded by
 * those only who need it.
 */
export async function assumeRole(
  { arn, externalId }: AssumedRole,
  region: string,
): Promise<ReturnType<typeof fromTemporaryCredentials>> {
  const providers = await import('@aws-sdk/credential-providers');
  const provider = providers.fromTemporaryCredentials({
    params: {
      RoleArn: arn,
      RoleSessionName: 'drain-wait',
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig: { region, maxAttempts: 1 },
    clientPlugins: CLIENT_PLUGINS,
  });
  return async (caller) => {
    try {
      return await provider(caller);
    } catch (error) {
      throw toAwsError(error, ASSUME_ROLE);
    }
  };
}
