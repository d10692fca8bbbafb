import type { TargetSource } from './discover.ts';
import type { PodRef } from './ports.ts';
import { parseTargetGroupArn, type TargetAddress, type TargetGroupRef } from './target.ts';

/** Where targets come from. */
export const SOURCE_WORDS: Readonly<Record<TargetSource, string>> = {
  setting: 'named by DRAIN_WAIT_TARGET_GROUPS',
  annotation: "named by the pod's annotation",
  'readiness-gate': "found by the pod's readiness gates",
  'endpoint-slice': 'found by TargetGroupBindings and EndpointSlices',
};

/** `24.1 s`, `20 s`: as exact as people care for. */
export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** `k8s-shop-web-1a2b (ALB)`: the name of the target group, and what stands before it where that is known. */
export function groupWords(arnOrName: string, loadBalancer: TargetGroupRef['loadBalancer']): string {
  const name = parseTargetGroupArn(arnOrName)?.name ?? arnOrName;
  return loadBalancer === undefined ? name : `${name} (${loadBalancer.toUpperCase()})`;
}

/** The address as it stands before a port: `10.1.0.7`, `[fd00::7]`. */
export function hostWords(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

/** `10.1.0.7:8080`, `[fd00::7]:8080`. */
export function addressWords({ ip, port }: TargetAddress): string {
  return port === undefined ? `${ip} at any port` : `${hostWords(ip)}:${port}`;
}

export function podName({ namespace, name }: PodRef): string {
  return `${namespace}/${name}`;
}
