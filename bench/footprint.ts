import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand } from '../sim/run-command.ts';
import type { Memory } from './footprint/process.ts';
import type { Program } from './footprint/start.ts';
import { measureStarts } from './footprint/starts.ts';
import { type StarvedLife, starve } from './footprint/starved.ts';
import { cpuTable, memoryTable, startTable, starvedTable, variantsTable } from './footprint/tables.ts';
import {
  BARE,
  BARE_WITH_SETTINGS,
  COMPILE_CACHE,
  OFFICIAL_CLIENT,
  SHIPPED,
  TRIED,
  type Variant,
  WITHOUT_PERMISSIONS,
} from './footprint/variants.ts';
import { type SidecarWeight, weighServer, weighSidecars } from './footprint/weight.ts';

const HELP = `Weighs the sidecar beside a bare Node server, in one run and in turn, and prints medians as Markdown. The program is the
bundled one of dist/, started as the Dockerfile starts it, on an embedded cluster. Linux only; it uses /proc.

Usage: npm run bench:footprint -- [flags]

  --rounds N      how many lives of each program (5; each takes about a minute)
  --only PART     one part of it: start, weight or starved (a sidecar without a processor, which needs root)
  --tried         weighs instead what else could have been shipped: other flags of Node, no settings at all
  --millicores N  how much of a processor the starved sidecars have (20)
  --help          this text
`;

const PARTS = ['start', 'weight', 'starved'] as const;

type Part = (typeof PARTS)[number];

interface Options {
  readonly rounds: number;
  readonly parts: readonly Part[];
  readonly tried: boolean;
  readonly millicores: number;
}

function readArguments(): Options | undefined {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      tried: { type: 'boolean', default: false },
      millicores: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: wholeNumber('rounds', values.rounds, 1, 100),
    parts: values.only === undefined ? PARTS : [part(values.only)],
    tried: values.tried,
    millicores: wholeNumber('millicores', values.millicores, 1, 1_000),
  };
}

function part(name: string): Part {
  const found = PARTS.find((each) => each === name);
  if (found === undefined) throw new RangeError(`--only must be one of ${PARTS.join(', ')}: current value is ${name}`);
  return found;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new RangeError(`--${name} must be a whole number from ${least} to ${most}: current value is ${text}`);
  return number;
}

/** More than a day of probes, one in 10 s. */
const PROBES = 10_000;

/** Named as the tables name them. */
const NODE = 'bare `node:http`';
const SERVERS = { [NODE]: BARE, [`${NODE} with the settings of the image`]: BARE_WITH_SETTINGS };
const PROBED = 'after 10,000 probe and status calls';

async function run({ rounds, parts, tried, millicores }: Options): Promise<number> {
  if (!existsSync(SHIPPED.entry)) throw new Error(`${SHIPPED.entry} is missing. Run npm run build.`);
  // Pages of a file that are not yet on the disk would count as dirty.
  execFileSync('sync');
  if (tried) {
    const starts = await measureStarts({ [NODE]: BARE }, TRIED, 3 * rounds);
    const { held, probedAndHeld } = await weighAll({}, TRIED, rounds);
    rmSync(COMPILE_CACHE, { recursive: true, force: true });
    console.log(`${startTable(starts)}\n\n${variantsTable(starts, held, probedAndHeld)}`);
    return 0;
  }
  if (parts.includes('start')) {
    console.log(`${startTable(await measureStarts(SERVERS, [SHIPPED, WITHOUT_PERMISSIONS], 3 * rounds))}\n`);
  }
  if (parts.includes('weight')) {
    const { memory, held } = await weighAll(SERVERS, [SHIPPED, OFFICIAL_CLIENT], rounds);
    console.log(`${memoryTable(memory)}\n\n${cpuTable(held)}\n`);
  }
  if (parts.includes('starved')) console.log(starvedTable(await starveTogether(millicores, rounds)));
  return 0;
}

/** Each round weighs everything at the same time: sidecars that are held at once, and sidecars that are probed for a day before. */
async function weighAll(servers: Readonly<Record<string, Program>>, variants: readonly Variant[], rounds: number) {
  const memory = new Map<string, Memory[]>();
  const held = new Map<string, SidecarWeight[]>();
  const probedAndHeld = new Map<string, SidecarWeight[]>();
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round} of ${rounds}`);
    const [bare, fresh, probed] = await Promise.all([
      Promise.all(Object.values(servers).map((each) => weighServer(each, PROBES))),
      weighSidecars(variants, 0),
      weighSidecars(variants, PROBES),
    ]);
    const names = [...Object.keys(servers), ...variants.map(({ name }) => name)];
    for (const [index, { idle }] of [...bare, ...probed].entries()) add(memory, `${names[index]}, idle`, idle);
    for (const [index, { afterProbes }] of [...bare, ...probed].entries())
      add(memory, `${names[index]}, ${PROBED}`, afterProbes);
    for (const [index, { name }] of variants.entries()) {
      const [first, later] = [fresh[index], probed[index]];
      if (first === undefined || later === undefined) continue;
      add(memory, `${name}, highest in a hold`, first.hold);
      add(memory, `${name}, highest in a hold ${PROBED}`, later.hold);
      add(held, name, first);
      add(probedAndHeld, name, later);
    }
  }
  return { memory, held, probedAndHeld };
}

function add<Value>(rounds: Map<string, Value[]>, name: string, value: Value): void {
  rounds.set(name, [...(rounds.get(name) ?? []), value]);
}

async function starveTogether(millicores: number, count: number): Promise<readonly StarvedLife[]> {
  progress(`${count} sidecars with ${millicores} millicores each`);
  return await Promise.all(Array.from({ length: count }, () => starve(millicores)));
}

/** For whoever waits; not part of the result. */
function progress(what: string): void {
  process.stderr.write(`${what}\n`);
}

process.exitCode = await runCommand(HELP, readArguments, run);
