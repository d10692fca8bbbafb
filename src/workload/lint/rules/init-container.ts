import type { Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { at, textOf } from '../place.ts';

export const initContainer: Rule = {
  id: 'init-container',
  severity: 'error',
  finds: 'the sidecar as an init container without restartPolicy: Always',
  why: 'The pod waits for the end of an init container, and this one never ends: the pod stays in Init for ever.',
  fix: 'Add restartPolicy: Always to the container. Where it is there in your sources, look for an old webhook that drops it.',
  more: MORE.sidecars,
  check: ({ guarded }) =>
    guarded
      .filter(({ sidecar }) => sidecar.kind === 'init')
      .map(({ sidecar: { container } }) => ({
        at: at(container, 'restartPolicy'),
        message: `the init container '${textOf(container, 'name')}' has no restartPolicy: Always`,
      })),
};
