import type { Figures } from '../figures.ts';
import type { SeenHold } from '../holds.ts';
import type { Run } from '../run.ts';
import { shownUrl } from '../url.ts';
import { amount, count, latency, minutes, percent, utc } from '../words.ts';

/** `GET https://shop.example/healthz`. */
export function subject({ request }: Run): string {
  return `${request.method} ${shownUrl(request.url)}`;
}

/** How often, for how long, from when, and over which connections. */
export function circumstances({ request, startedAtMs, lengthMs }: Run): string {
  const { ratePerSecond, keepAlive, connectTo } = request;
  const how = keepAlive ? 'over connections that stay open' : 'each over a connection of its own';
  const where = connectTo === undefined ? '' : ` to ${connectTo.hostname} port ${connectTo.port}`;
  return `${count(ratePerSecond)} requests a second for ${minutes(lengthMs)} from ${utc(startedAtMs)}, ${how}${where}`;
}

/** `37 of 3,000 requests failed (1.2 %).` */
export function verdict({ requests, failed }: Pick<Figures, 'requests' | 'failed'>): string {
  if (failed === 0) return `None of ${amount(requests, 'request')} failed.`;
  return `${count(failed)} of ${amount(requests, 'request')} failed (${percent(failed, requests)}).`;
}

export function latencyWords({ p50, p95, p99, max }: NonNullable<Figures['latencies']>): string {
  return `p50 ${latency(p50)}, p95 ${latency(p95)}, p99 ${latency(p99)}, max ${latency(max)}`;
}

/** `0:41 to 1:05`. */
export function when({ startedAtMs, endedAtMs }: Pick<SeenHold, 'startedAtMs' | 'endedAtMs'>): string {
  const [from, to] = [startedAtMs, endedAtMs].map((ms) => (ms === undefined ? '?' : minutes(ms)));
  return `${from} to ${to}`;
}

/** What has to be said beside holds. */
export const CLOCKS =
  "The times of holds are by their pods' clocks, those of requests by this machine's: they do not compare to fractions of a second.";
