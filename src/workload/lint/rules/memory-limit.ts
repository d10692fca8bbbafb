import type { Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { at, type Place, textOf } from '../place.ts';

const MEBIBYTE = 2 ** 20;

/** Of the shipped manifests; derived in docs/footprint.md. */
const LEAST_MEBIBYTES = 128;

export const memoryLimit: Rule = {
  id: 'memory-limit',
  severity: 'warning',
  finds: `a memory limit of the sidecar below ${LEAST_MEBIBYTES}Mi`,
  why: 'Nothing is restarted in a pod that is being deleted: a sidecar killed for memory in a hold means SIGTERM at once.',
  fix: `Set limits.memory to ${LEAST_MEBIBYTES}Mi or more: docs/footprint.md says why.`,
  more: MORE.memory,
  check: ({ guarded }) =>
    guarded.flatMap(({ sidecar }) => {
      const limit = at(sidecar.container, 'resources', 'limits', 'memory');
      const bytes = bytesOf(limit);
      if (bytes === undefined || bytes >= LEAST_MEBIBYTES * MEBIBYTE) return [];
      return [{ at: limit, message: `the memory limit of the sidecar is ${textOf(limit)}` }];
    }),
};

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
]);

/** A Kubernetes quantity; undefined where there is none. */
function bytesOf(place: Place): number | undefined {
  const [, amount, suffix = ''] = /^(\d+(?:\.\d+)?(?:[eE]\d+)?)([a-zA-Z]*)$/.exec(textOf(place) ?? '') ?? [];
  const factor = SUFFIXES.get(suffix);
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}
