import { isDeepStrictEqual } from 'node:util';
import { isNode, isPair, isScalar, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isPlain, type Plain } from '../plain.ts';
import type { Entry } from './text.ts';

type Step =
  | { readonly kind: 'keep'; readonly entry: Entry; readonly had: unknown; readonly want: unknown }
  /** `key` is undefined in a sequence. */
  | { readonly kind: 'add'; readonly key: string | undefined; readonly want: unknown };

/** What becomes of a collection: its entries in their new order, and those that go. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly removed: readonly Entry[];
}

/** Undefined where nothing of the map would stay, or where a merge key (`<<`) has brought in what should go. */
export function planMap(map: YAMLMap, had: Plain, want: Plain): Plan | undefined {
  const own = new Map(map.items.filter(isPairOfNodes).map((pair) => [keyText(pair), pair]));
  const removed = [...own].filter(([key]) => key !== '<<' && !(key in want)).map(([, pair]) => pair);
  const inheritedGoes = Object.keys(had).some((key) => !own.has(key) && !(key in want));
  if (inheritedGoes || removed.length === own.size) return undefined;
  const steps = Object.entries(want).flatMap(([key, value]): readonly Step[] => {
    const entry = own.get(key);
    if (entry !== undefined) return [{ kind: 'keep', entry, had: had[key], want: value }];
    return key in had && isDeepStrictEqual(had[key], value) ? [] : [{ kind: 'add', key, want: value }];
  });
  return { steps, removed };
}

/** Undefined where nothing of the sequence would stay, or would stay in another order. */
export function planSequence(seq: YAMLSeq, had: readonly unknown[], want: readonly unknown[]): Plan | undefined {
  const places = want.map((item, index) => (sameKeys(had, want) ? index : placeOf(item, had)));
  const kept = places.filter((place) => place !== -1);
  if (kept.length === 0 || kept.some((place, index) => place <= (kept[index - 1] ?? -1))) return undefined;
  const steps = want.map((item, index): Step => {
    const place = places[index] ?? -1;
    const entry = seq.items[place];
    return isNode(entry)
      ? { kind: 'keep', entry, had: had[place], want: item }
      : { kind: 'add', key: undefined, want: item };
  });
  return { steps, removed: seq.items.filter((item, index): item is Node => isNode(item) && !kept.includes(index)) };
}

/** What an item of a list is told by: as in Kubernetes by its port or its name, or else by all of it. */
export function identityOf(item: unknown): unknown {
  return keyOf(item) ?? item;
}

function keyOf(item: unknown): unknown {
  return isPlain(item) ? (item['containerPort'] ?? item['name']) : undefined;
}

function placeOf(item: unknown, had: readonly unknown[]): number {
  return had.findIndex((each) => isDeepStrictEqual(identityOf(each), identityOf(item)));
}

/** Whether nothing has come, gone or moved: then items without a key are told apart by their place. */
function sameKeys(had: readonly unknown[], want: readonly unknown[]): boolean {
  return had.length === want.length && had.every((item, index) => isDeepStrictEqual(keyOf(item), keyOf(want[index])));
}

function isPairOfNodes(pair: Pair): pair is Pair<Node, Node | null> {
  return isPair(pair) && isNode(pair.key);
}

/** That of a merge key is a symbol in YAML 1.1. */
function keyText({ key }: Pair<Node, Node | null>): string {
  if (!isScalar(key)) return '';
  return typeof key.value === 'symbol' ? '<<' : String(key.value);
}
