import type { Fault, FaultRule, Faults } from '../faults.ts';
import { anyText, listOf, milliseconds, number, object, ofKind, optional, read, text } from './check.ts';
import { done, json, type Route } from './route.ts';

const faultRule = object<FaultRule>({
  fault: ofKind<Fault['kind']>({
    status: object<Extract<Fault, { kind: 'status' }>>({
      kind: text,
      status: number('an HTTP status from 400 to 599', 400, 599),
      code: optional(text),
    }),
    hang: object({ kind: text }),
    reset: object({ kind: text }),
    garbage: object({ kind: text }),
    truncate: object({ kind: text }),
    cut: object({ kind: text }),
    slow: object({ kind: text, ms: milliseconds }),
    drip: object({ kind: text, everyMs: milliseconds }),
    huge: object({ kind: text, bytes: number('how many bytes, at least 0', 0) }),
    rewrite: object({ kind: text, replace: listOf(object({ from: text, to: anyText })) }),
  }),
  match: optional(text),
  times: optional(number('how many requests it hits, at least 1', 1)),
  forMs: optional(milliseconds),
});

interface FaultyApi {
  readonly faults: Faults;
  readonly api: { readonly requests: readonly unknown[] };
}

/** What both APIs have: their requests and their faults, under the path `/<name>`. */
export function apiRoutes(name: string, example: FaultRule): readonly Route<FaultyApi>[] {
  return [
    {
      method: 'GET',
      path: `/${name}/requests`,
      about: 'Every request that the API has seen, oldest first',
      handle: ({ api }) => json(api.requests),
    },
    {
      method: 'POST',
      path: `/${name}/faults`,
      about:
        'Plants a fault: `status` (with `status`, `code`), `hang`, `reset`, `garbage`, `truncate`, `cut`, `slow` (with `ms`), ' +
        '`drip` (with `everyMs`), `huge` (with `bytes`) or `rewrite` (with `replace`, a list of `from` and `to`); ' +
        '`match`, `times` and `forMs` narrow it',
      example,
      handle({ faults }, { body }) {
        faults.add(read<FaultRule>(faultRule, body));
        return done;
      },
    },
    {
      method: 'DELETE',
      path: `/${name}/faults`,
      about: 'Takes back all faults of the API',
      handle({ faults }) {
        faults.clear();
        return done;
      },
    },
  ];
}
