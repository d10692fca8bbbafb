import { askedToStop } from '../scripts/asked-to-stop.ts';
import { captionOf, compare, tell } from '../sim/rollout/compare.ts';
import { runCommand } from '../sim/run-command.ts';
import { explained } from './explained.ts';
import { HELP, type RealComparison, readArguments } from './rollout/arguments.ts';
import { runRealRollout } from './rollout/run.ts';
import { useCluster } from './use-cluster.ts';

/** `npm run demo -- real`. Resolves with the exit code. */
export function realRolloutDemo(args: readonly string[]): Promise<number> {
  return runCommand(
    HELP,
    () => readArguments(args),
    (comparison) => explained(() => roll(comparison)),
  );
}

async function roll(comparison: RealComparison): Promise<number> {
  const signal = askedToStop();
  const used = await useCluster({ say: (text) => tell(`${text}\n`), signal });
  if (used.kind === 'missing') {
    tell(
      `A rolling update in real pods needs a real node, and for that more than is here:\n- ${used.missing.join('\n- ')}\n`,
    );
    return 1;
  }
  const { cluster, close } = used;
  try {
    const { options } = comparison;
    return await compare(comparison, captionOf(options, 'real pod'), (strategy) =>
      runRealRollout(strategy, { ...options, cluster, signal }),
    );
  } finally {
    await close();
  }
}
