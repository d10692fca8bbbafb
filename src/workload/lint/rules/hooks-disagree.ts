import type { Rule } from '../finding.ts';
import { type Hook, hooksOf } from '../hook.ts';
import { MORE } from '../more.ts';
import { textOf } from '../place.ts';

export const hooksDisagree: Rule = {
  id: 'hooks-disagree',
  severity: 'warning',
  finds: 'containers of one pod whose hooks differ',
  why: 'They get SIGTERM at different times: the one that serves may have lost the one that it needs.',
  fix: 'Give all main containers the same hook.',
  more: MORE.hooks,
  check: ({ guarded }) =>
    guarded.flatMap((workload) => {
      // A hook that is missing is a finding of its own.
      const [first, ...others] = hooksOf(workload).filter(({ kind }) => kind !== 'none');
      const other = others.find((hook) => first !== undefined && wordsOf(hook) !== wordsOf(first));
      if (first === undefined || other === undefined) return [];
      const [a, b] = [textOf(first.container, 'name'), textOf(other.container, 'name')];
      const message = `the hooks of the containers '${a}' and '${b}' differ: ${wordsOf(first)} and ${wordsOf(other)}`;
      return [{ at: other.at, message }];
    }),
};

const CALL = ['scheme', 'host', 'port', 'path'];

/** A hook in a few words: equal words, equal hooks. */
function wordsOf({ kind, at }: Hook): string {
  if (kind === 'command') return 'a command that calls the sidecar';
  if (kind !== 'http') return kind === 'sleep' ? 'a sleep' : 'something else';
  const [scheme = 'HTTP', host = 'pod', port, path = '/'] = CALL.map((key) => textOf(at, key));
  return `${scheme.toLowerCase()}://${host}:${port}${path}`;
}
