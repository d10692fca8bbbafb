import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const MIB = 2 ** 20;

/** Answers with `start` and so many bytes after it, as long as somebody takes them. Resolves with how many were sent. */
export async function sendLong(response: ServerResponse, start: string, length: number): Promise<number> {
  const chunk = Buffer.alloc(MIB, ' ');
  let sent = 0;
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.from(start);
    for (; sent < length; sent += chunk.length) yield chunk;
  }
  await pipeline(Readable.from(chunks(), { highWaterMark: 1 }), response).catch(() => {});
  return sent;
}
