import type { FromTemporaryCredentialsOptions } from '@aws-sdk/credential-providers';
import { ANSWER_LIMIT } from './answer-limit.ts';
import { REDACTION } from './redaction.ts';

/** What can be added to any client of the SDK. */
export type ClientPlugin = NonNullable<FromTemporaryCredentialsOptions['clientPlugins']>[number];

/** What every client has. */
export const CLIENT_PLUGINS: ClientPlugin[] = [ANSWER_LIMIT, REDACTION];
