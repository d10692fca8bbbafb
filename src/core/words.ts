import { parseTargetGroupArn, type TargetGroupRef } from './target.ts';

/** `24.1 s`, `20 s`: as exact as people care for. */
export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** `k8s-shop-web-1a2b (ALB)`: the name of the target group, and what stands before it where that is known. */
export function groupWords(arnOrName: string, loadBalancer: TargetGroupRef['loadBalancer']): string {
  const name = parseTargetGroupArn(arnOrName)?.name ?? arnOrName;
  return loadBalancer === undefined ? name : `${name} (${loadBalancer.toUpperCase()})`;
}
