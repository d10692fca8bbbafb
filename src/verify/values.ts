import { duration } from '../settings.ts';

/** Nothing that changes anything: each is sent thousands of times, and once more over a new connection where an old one was closed. */
export const METHODS = ['GET', 'HEAD', 'OPTIONS'] as const;

/** Where to connect instead of where the URL leads. */
export interface ConnectTo {
  readonly hostname: string;
  readonly port: number;
}

export interface ReportFile {
  readonly path: string;
  readonly format: 'html' | 'svg';
}

const LEAST_RATE = 0.1;
const MOST_RATE = 200;

/** Requests a second. */
export function rate(text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= LEAST_RATE && number <= MOST_RATE)) throw new RangeError('out of range');
  return number;
}

/** Reads a duration, in ms. */
export function durationWithin(least: string, most: string): (text: string) => number {
  return (text) => {
    const ms = duration(text);
    if (ms < duration(least) || ms > duration(most)) throw new RangeError('out of range');
    return ms;
  };
}

/** An IPv6 address stands in brackets. */
export function connectTo(text: string): ConnectTo {
  const [, ipv6, name, port = ''] = /^(?:\[([\da-fA-F:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const hostname = ipv6 ?? name;
  if (hostname === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new RangeError('not a host and a port');
  return { hostname, port: Number(port) };
}

/** RFC 1123 label, as Kubernetes has it. */
export function namespace(text: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) throw new RangeError('no namespace has such a name');
  return text;
}

export function reportFile(path: string): ReportFile {
  const [, extension = ''] = /\.([^./\\]+)$/.exec(path) ?? [];
  const format = extension.toLowerCase();
  if (format !== 'html' && format !== 'svg') throw new RangeError('unknown extension');
  return { path, format };
}
