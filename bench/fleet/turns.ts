import type { TopLevelSpec } from 'vega-lite';
import { markdownLines } from '../../sim/markdown.ts';
import { toSvg } from '../../sim/svg.ts';
import { callsBySecond } from './figures.ts';
import { TEN_GROUPS_AT_ONCE } from './grid.ts';
import { play } from './job.ts';
import type { StrategyName } from './strategies.ts';
import type { FleetWorld } from './world.ts';

const BIN_S = 10;
/** Until then the slowest has settled. */
const SHOWN_S = 300;

/** The same fleet over time, with and without turns. */
export interface Turns {
  readonly strategy: StrategyName;
  readonly bins: readonly Bin[];
}

/** Ten seconds of it. */
export interface Bin {
  /** Seconds after the first deletion. */
  readonly fromS: number;
  /** Of all pods, a second. */
  readonly calls: number;
  /** Share of them that was refused, 0 to 1. */
  readonly throttled: number;
  readonly controllerThrottles: number;
  /** Pods that the controller has deregistered by the end of the bin. */
  readonly deregistered: number;
  /** Pods that have got SIGTERM by then. */
  readonly released: number;
}

/** A thousand pods in ten target groups that leave at once, with a slow controller. */
export async function playTurns(seed: number): Promise<readonly Turns[]> {
  const strategies: readonly StrategyName[] = ['drain-wait without turns', 'drain-wait'];
  return await Promise.all(
    strategies.map(async (strategy) => ({
      strategy,
      bins: binsOf(await play({ scenario: TEN_GROUPS_AT_ONCE, strategy, seed })),
    })),
  );
}

function binsOf({ pods, podCalls, controllerCalls }: FleetWorld): readonly Bin[] {
  const calls = callsBySecond(podCalls);
  const refused = callsBySecond(podCalls.filter(({ throttled }) => throttled));
  const controllerRefused = callsBySecond(controllerCalls.filter(({ throttled }) => throttled));
  return Array.from({ length: SHOWN_S / BIN_S }, (_, index): Bin => {
    const fromS = index * BIN_S;
    const sum = (counts: readonly number[]) =>
      counts.slice(fromS, fromS + BIN_S).reduce((total, count) => total + count, 0);
    const by = (atMs: number) => atMs < (fromS + BIN_S) * 1_000;
    const made = sum(calls);
    return {
      fromS,
      calls: made / BIN_S,
      throttled: made === 0 ? 0 : sum(refused) / made,
      controllerThrottles: sum(controllerRefused),
      deregistered: pods.filter(({ deregisteredAtMs }) => by(deregisteredAtMs)).length,
      released: pods.filter(({ sigtermAtMs }) => by(sigtermAtMs)).length,
    };
  });
}

/** A table for each strategy. */
export function turnsTables(turns: readonly Turns[]): string {
  const heads = ['seconds', 'calls/s', 'throttled', 'LBC throttled', 'deregistered', 'SIGTERM'];
  return turns
    .map(({ strategy, bins }) => {
      const rules = heads.map(() => '---');
      return `${strategy}:\n\n${markdownLines(heads, rules, bins.map(cellsOf))}`;
    })
    .join('\n\n');
}

function cellsOf({ fromS, calls, throttled, controllerThrottles, deregistered, released }: Bin): readonly string[] {
  return [
    `${fromS} to ${fromS + BIN_S}`,
    calls.toFixed(1),
    `${(100 * throttled).toFixed(0)} %`,
    String(controllerThrottles),
    String(deregistered),
    String(released),
  ];
}

/** The calls, and how far the controller and the pods have got, side by side. */
export function drawTurns(turns: readonly Turns[]): Promise<string> {
  const highest = Math.max(...turns.flatMap(({ bins }) => bins.map(({ calls }) => calls)));
  return toSvg({
    title: {
      text: 'A thousand pods in ten target groups leave at once; the account has 40 tokens and 10 more a second',
      anchor: 'start',
      fontSize: 14,
    },
    background: 'white',
    padding: 12,
    resolve: { scale: { color: 'independent' } },
    hconcat: turns.map(({ strategy, bins }) => ({
      vconcat: [
        chart(strategy, bins.flatMap(callsOf), CALLS, [0, highest]),
        chart('', bins.flatMap(podsOf), PODS, [0, TEN_GROUPS_AT_ONCE.pods]),
      ],
      resolve: { scale: { color: 'independent' } },
    })),
  });
}

interface Point {
  readonly atS: number;
  readonly what: string;
  readonly value: number;
}

type Chart = Extract<TopLevelSpec, { readonly hconcat: unknown }>['hconcat'][number];
type Look = typeof CALLS | typeof PODS;

function chart(title: string, values: readonly Point[], look: Look, domain: [number, number]): Chart {
  return {
    title,
    width: 430,
    height: 150,
    data: { values: [...values] },
    mark: look.mark,
    encoding: {
      x: {
        field: 'atS',
        type: 'quantitative',
        title: 'seconds after the first deletion',
        scale: { domain: [0, SHOWN_S] },
      },
      y: { field: 'value', type: 'quantitative', title: look.title, scale: { domain } },
      color: {
        field: 'what',
        type: 'nominal',
        title: '',
        scale: { domain: [...look.whats], range: [...look.colors] },
        legend: { orient: 'top', labelLimit: 0 },
      },
    },
  };
}

const CALLS = {
  title: 'calls of all pods a second',
  mark: { type: 'bar', width: 12 },
  whats: ['answered', 'refused for the rate'],
  colors: ['#3d8fd1', '#c4261d'],
} as const;
const PODS = {
  title: 'pods',
  mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2 },
  whats: ['deregistered by the controller', 'SIGTERM'],
  colors: ['#1b1f24', '#3d8fd1'],
} as const;

function callsOf({ fromS, calls, throttled }: Bin): readonly Point[] {
  const atS = fromS + BIN_S / 2;
  return [
    { atS, what: 'answered', value: calls * (1 - throttled) },
    { atS, what: 'refused for the rate', value: calls * throttled },
  ];
}

function podsOf({ fromS, deregistered, released }: Bin): readonly Point[] {
  const atS = fromS + BIN_S;
  return [
    { atS, what: 'deregistered by the controller', value: deregistered },
    { atS, what: 'SIGTERM', value: released },
  ];
}
