import { parseArgs } from 'node:util';
import { type Comparison, FLAGS, flagsHelp, namesOf, readFlags } from '../../sim/rollout/flags.ts';
import { type Hook, type RolloutStrategy, STRATEGIES } from '../../sim/rollout/strategies.ts';
import type { Circumstances } from '../../sim/rollout/under-load.ts';

/** The rivals are processes of the embedded cluster: no image has them. */
export type RealHook = Exclude<Hook, { readonly kind: 'rival' }>;

export interface RealStrategy extends RolloutStrategy {
  readonly hook: RealHook;
}

export type RealComparison = Comparison<Circumstances, RealStrategy>;

const KNOWN = STRATEGIES.filter((strategy): strategy is RealStrategy => strategy.hook.kind !== 'rival');
const CHOSEN = KNOWN.filter(({ name }) => ['none', 'sleep-15', 'drain-wait'].includes(name));

export const HELP = `Replaces every pod of a Deployment under load, once for each strategy, in real pods: what people use today, and drain-wait.
Shows how long each held its pods and which requests failed, as a table and as a picture.

Usage: npm run demo -- real [flags]

${flagsHelp(`some of ${namesOf(KNOWN).join(',')} (${namesOf(CHOSEN).join(',')})`)}

It takes the node that \`npm run cluster -- up\` has started, else one of its own, which goes afterwards: see docs/real-node.md. With
KUBECONFIG and E2E_HOST set it takes that cluster. AWS is imitated by this process; the load balancer routes for 17 s (ALB) or 120 s
(NLB) after a deregistration. All in real time: about a minute for each strategy, four behind an NLB.
`;

/** Undefined where help is asked for. Throws a RangeError or a TypeError with what is wrong. */
export function readArguments(args: readonly string[]): RealComparison | undefined {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  return values.help ? undefined : readFlags(values, KNOWN, CHOSEN);
}
