import type { Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { at, isThere } from '../place.ts';

const STARTUP = 'startupProbe: { httpGet: { path: /readyz, port: 9787 }, periodSeconds: 1, failureThreshold: 60 }';

export const livenessProbe: Rule = {
  id: 'liveness-probe',
  severity: 'warning',
  finds: 'a liveness probe on the sidecar',
  why: 'On a busy node it may fail, and a sidecar that is killed in a hold means SIGTERM at once.',
  fix: 'Remove it. Startup and readiness probes are enough.',
  more: MORE.probes,
  check: ({ guarded }) =>
    guarded
      .map(({ sidecar }) => at(sidecar.container, 'livenessProbe'))
      .filter((place) => isThere(place))
      .map((place) => ({ at: place, message: 'the sidecar has a liveness probe' })),
};

export const noProbe: Rule = {
  id: 'no-probe',
  severity: 'warning',
  finds: 'a sidecar with neither startup nor readiness probe',
  why: 'A sidecar that cannot start, by a wrong setting for example, does not stop the rollout at its first pod.',
  fix: `Add ${STARTUP}.`,
  more: MORE.probes,
  check: ({ guarded }) =>
    guarded
      .filter(({ sidecar }) => sidecar.kind !== 'init')
      .map(({ sidecar }) => sidecar.container)
      .filter((container) => !isThere(container, 'startupProbe') && !isThere(container, 'readinessProbe'))
      .map((container) => ({ at: container, message: 'the sidecar has neither a startup nor a readiness probe' })),
};

export const noStartupProbe: Rule = {
  id: 'no-startup-probe',
  severity: 'info',
  finds: 'a native sidecar without startup probe',
  why: 'The application starts before the sidecar can answer.',
  fix: `Add ${STARTUP}.`,
  more: MORE.sidecars,
  check: ({ guarded }) =>
    guarded
      .filter(({ sidecar }) => sidecar.kind === 'native')
      .map(({ sidecar }) => sidecar.container)
      .filter((container) => !isThere(container, 'startupProbe') && isThere(container, 'readinessProbe'))
      .map((container) => ({ at: container, message: 'the sidecar has no startup probe' })),
};
