import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runCommand } from '../sim/run-command.ts';
import { BRIEF, FULL } from './fleet/grid.ts';
import type { Job } from './fleet/job.ts';
import { runJobs } from './fleet/pool.ts';
import { STRATEGIES, type StrategyName } from './fleet/strategies.ts';
import { legend, markdownTable } from './fleet/table.ts';
import { drawTurns, playTurns, turnsTables } from './fleet/turns.ts';

const HELP = `Plays whole fleets of pods that leave, in virtual time, once for each strategy, and prints what became of them as
Markdown. The core is that of the sidecar; the target groups, the token bucket and the controller are those of the embedded
cluster. One seed gives the same text, to the byte, on every machine.

Usage: npm run bench:fleet -- [flags]

  --brief         only the fleets that show most, in about a minute; otherwise all of them, in some ten minutes
  --seed N        what lags, hooks and pauses follow from (1)
  --picture FILE  also draws the calls of a thousand pods over time, with and without turns, as SVG
  --help          this text
`;

interface Options {
  readonly brief: boolean;
  readonly seed: number;
  readonly picture: string | undefined;
}

function readArguments(): Options | undefined {
  const { values } = parseArgs({
    options: {
      brief: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      picture: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (!/^\d{1,9}$/.test(values.seed))
    throw new RangeError(`--seed must be a whole number of at most nine digits: current value is ${values.seed}`);
  return { brief: values.brief, seed: Number(values.seed), picture: values.picture };
}

async function run({ brief, seed, picture }: Options): Promise<number> {
  const strategies = Object.keys(STRATEGIES) as StrategyName[];
  const jobs = (brief ? BRIEF : FULL).flatMap((scenario) =>
    strategies.map((strategy): Job => ({ scenario, strategy, seed })),
  );
  const figures = await runJobs(jobs, (finished) => progress(finished, jobs.length));
  const rows = jobs.flatMap((job, index) => {
    const found = figures[index];
    return found === undefined ? [] : [{ job, figures: found }];
  });
  const turns = await playTurns(seed);
  console.log(`Seed ${seed}.\n\n${markdownTable(rows)}\n\n${legend()}\n\n${turnsTables(turns)}`);
  if (picture !== undefined) await writeFile(picture, await drawTurns(turns));
  return 0;
}

/** For whoever waits; not part of the result. */
function progress(finished: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${finished} of ${of} fleets${finished === of ? '\n' : ''}`);
}

process.exitCode = await runCommand(HELP, readArguments, run);
