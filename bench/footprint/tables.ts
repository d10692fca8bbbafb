import { markdownLines } from '../../sim/markdown.ts';
import { median } from '../../sim/statistics.ts';
import type { Memory } from './process.ts';
import type { StarvedLife } from './starved.ts';
import type { SidecarWeight } from './weight.ts';

/** What was measured in each round, by the name of its row. The first row is the unit of the ratios. */
export type Rounds<Value> = ReadonlyMap<string, readonly Value[]>;

export function memoryTable(rounds: Rounds<Memory>): string {
  const rows = [...rounds].map(([name, all]) => [name, medianMemory(all)] as const);
  const unit = rows[0]?.[1] ?? medianMemory([]);
  return markdownLines(
    ['what', 'RSS, MB', 'PSS, MB', 'private dirty, MB', 'RSS, ratio', 'private dirty, ratio'],
    ['---', '---:', '---:', '---:', '---:', '---:'],
    rows.map(([name, { rss, pss, privateDirty }]) => [
      name,
      megabytes(rss),
      megabytes(pss),
      megabytes(privateDirty),
      ratio(rss, unit.rss),
      ratio(privateDirty, unit.privateDirty),
    ]),
  );
}

export function startTable(starts: Rounds<number>): string {
  const medians = [...starts].map(([name, values]) => [name, median(values) ?? Number.NaN] as const);
  const unit = medians[0]?.[1] ?? Number.NaN;
  return markdownLines(
    ['what', 'start to first answered probe, ms', 'ratio'],
    ['---', '---:', '---:'],
    medians.map(([name, ms]) => [name, ms.toFixed(0), ratio(ms, unit)]),
  );
}

export function cpuTable(rounds: Rounds<SidecarWeight>): string {
  return markdownLines(
    ['what', 'until idle, ms', 'in 10 s of idleness, ms', 'in a hold, ms', 'calls to ELBv2', 'reason'],
    ['---', '---:', '---:', '---:', '---:', '---'],
    [...rounds].map(([name, lives]) => [
      name,
      middle(lives, ({ cpuToIdle }) => cpuToIdle).toFixed(0),
      middle(lives, ({ cpuIdle }) => cpuIdle).toFixed(1),
      middle(lives, ({ cpuHold }) => cpuHold).toFixed(0),
      middle(lives, ({ calls }) => calls).toFixed(0),
      [...new Set(lives.map(({ reason }) => reason))].join(', '),
    ]),
  );
}

/** Everything that was measured of each variant in one row; memory as RSS / private dirty. */
export function variantsTable(
  starts: Rounds<number>,
  held: Rounds<SidecarWeight>,
  probedAndHeld: Rounds<SidecarWeight>,
): string {
  return markdownLines(
    ['what', 'idle', 'after the calls', 'in a hold', 'in a hold after the calls', 'start, ms', 'CPU of a hold, ms'],
    ['---', '---:', '---:', '---:', '---:', '---:', '---:'],
    [...held].map(([name, fresh]) => {
      const probed = probedAndHeld.get(name) ?? [];
      return [
        name,
        brief(probed.map(({ idle }) => idle)),
        brief(probed.map(({ afterProbes }) => afterProbes)),
        brief(fresh.map(({ hold }) => hold)),
        brief(probed.map(({ hold }) => hold)),
        (median(starts.get(name) ?? []) ?? Number.NaN).toFixed(0),
        middle(fresh, ({ cpuHold }) => cpuHold).toFixed(0),
      ];
    }),
  );
}

export function starvedTable(lives: readonly StarvedLife[]): string {
  const seconds = (of: (life: StarvedLife) => number) => (middle(lives, of) / 1_000).toFixed(1);
  return markdownLines(
    ['under the limit', 'median'],
    ['---', '---:'],
    [
      ['start until it listens, s', seconds(({ listeningMs }) => listeningMs)],
      ['from there until the start-up check has found the targets, s', seconds(({ checkMs }) => checkMs)],
      ['deletion until the first DescribeTargetHealth, s', seconds(({ firstLookMs }) => firstLookMs)],
      ['deregistration until SIGTERM, s', seconds(({ sigtermAfterDeregistrationMs }) => sigtermAfterDeregistrationMs)],
      ['calls to ELBv2', middle(lives, ({ calls }) => calls).toFixed(0)],
      ['reasons', [...new Set(lives.map(({ reason }) => reason))].join(', ')],
    ],
  );
}

function medianMemory(all: readonly Memory[]): Memory {
  return {
    rss: middle(all, ({ rss }) => rss),
    pss: middle(all, ({ pss }) => pss),
    privateDirty: middle(all, ({ privateDirty }) => privateDirty),
  };
}

function brief(all: readonly Memory[]): string {
  const { rss, privateDirty } = medianMemory(all);
  return `${megabytes(rss)} / ${megabytes(privateDirty)}`;
}

function middle<Life>(lives: readonly Life[], of: (life: Life) => number): number {
  return median(lives.map(of)) ?? Number.NaN;
}

function megabytes(kibibytes: number): string {
  return (kibibytes / 1_024).toFixed(1);
}

function ratio(value: number, unit: number): string {
  return (value / unit).toFixed(2);
}
