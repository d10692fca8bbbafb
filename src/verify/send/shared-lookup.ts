import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Answer = Parameters<Parameters<LookupFunction>[2]>;

/**
 * Looks names up as the system does, but whoever asks while the same question is open shares its answer. Nothing is kept. Lookups
 * take turns on a few threads (libuv), one in the image: a DNS server that hangs would leave a queue of them behind.
 */
export function sharedLookup(lookup: LookupFunction = systemLookup): LookupFunction {
  const open = new Map<string, ((...answer: Answer) => void)[]>();
  return (hostname, options, callback) => {
    const question = JSON.stringify([hostname, options]);
    const waiting = open.get(question);
    if (waiting !== undefined) {
      waiting.push(callback);
      return;
    }
    const callbacks = [callback];
    open.set(question, callbacks);
    lookup(hostname, options, (...answer) => {
      open.delete(question);
      for (const call of callbacks) call(...answer);
    });
  };
}
