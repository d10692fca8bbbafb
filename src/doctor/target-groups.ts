import { groupName, type LoadBalancerKind } from '../core/target.ts';
import { groupWords } from '../core/words.ts';
import type { TargetGroupFacts } from './facts.ts';
import { known } from './subject.ts';

/** What stands before a target group; undefined where neither Kubernetes nor AWS says it. */
export function loadBalancerOf({ group, description }: TargetGroupFacts): LoadBalancerKind | undefined {
  return group.loadBalancer ?? known(description)?.loadBalancer;
}

/** `k8s-shop-web-1a2b (ALB)` */
export function groupLabel(facts: TargetGroupFacts): string {
  return groupWords(groupName(facts.group), loadBalancerOf(facts));
}
