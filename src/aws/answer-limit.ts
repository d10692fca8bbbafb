import { Readable } from 'node:stream';
import type { ClientPlugin } from './client-plugins.ts';

/** 10,000 targets of a group, ten times as many as a group has by default. To take in 50 MB would cost twice the sidecar's memory limit. */
const LONGEST_ANSWER = 4 * 2 ** 20;

/** Lets every call of a client fail whose answer is too long to be taken in. The SDK by itself takes in whatever comes. */
export const ANSWER_LIMIT: ClientPlugin = {
  applyToStack(stack) {
    stack.add(
      (next) => async (request) => {
        const result = await next(request);
        const response = result.response as { body?: unknown };
        if (response.body instanceof Readable) response.body = Readable.from(upToLimit(response.body));
        return result;
      },
      // The innermost, so that the body has not been read. The provider of a role adds it again with each renewal.
      { step: 'deserialize', priority: 'low', name: 'answerLimit', override: true },
    );
  },
};

/** Whoever ends the reading ends the connection, too. */
async function* upToLimit(body: Readable): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) {
      throw new RangeError(`the answer is longer than ${LONGEST_ANSWER / 2 ** 20} MiB, and is not read`);
    }
    yield chunk;
  }
}
