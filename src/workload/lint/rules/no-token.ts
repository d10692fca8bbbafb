import { SETTINGS } from '../../../settings.ts';
import { settingValue } from '../environment.ts';
import type { Hit, Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { nameOf } from '../objects.ts';
import { at, isThere, itemsOf, type Place, textOf } from '../place.ts';
import { type Guarded, serviceAccountIn } from '../workload.ts';

export const noToken: Rule = {
  id: 'no-token',
  severity: 'error',
  finds: 'a sidecar without a service-account token',
  why: 'It cannot read the pod or its TargetGroupBindings, and holds by the clock.',
  fix: 'Give the sidecar a projected volume with a serviceAccountToken (path: token) and kube-root-ca.crt at that folder. The application gets none by it.',
  more: MORE.tokens,
  check: ({ guarded, objects }) => guarded.flatMap((workload) => checkToken(workload, objects)),
};

function checkToken(workload: Guarded, objects: readonly Place[]): readonly Hit[] {
  const folder = withoutSlash(settingValue(workload.sidecar.settings, 'serviceAccountDir'));
  if (hasMountedToken(workload, folder)) return [];
  const off = automountOff(workload, objects);
  const isStandard = folder === SETTINGS.serviceAccountDir.fallback;
  if (isStandard && off === undefined) return [];
  const why = isStandard ? 'automountServiceAccountToken is false' : 'Kubernetes mounts none there by itself';
  return [
    {
      at: off ?? workload.sidecar.container,
      message: `the sidecar of ${nameOf(workload.object)} has no token at ${folder}, and ${why}`,
      about: workload.object,
    },
  ];
}

/** Where it is switched off: in the pod spec, which wins, or in the ServiceAccount. */
function automountOff(workload: Guarded, objects: readonly Place[]): Place | undefined {
  const account = serviceAccountIn(objects, workload);
  return [workload.podSpec, ...(account === undefined ? [] : [account])]
    .map((place) => at(place, 'automountServiceAccountToken'))
    .filter((place) => isThere(place))
    .slice(0, 1)
    .find(({ value }) => value === false);
}

function hasMountedToken({ podSpec, sidecar }: Guarded, folder: string): boolean {
  const mounted = itemsOf(sidecar.container, 'volumeMounts')
    .filter((mount) => withoutSlash(textOf(mount, 'mountPath') ?? '') === folder)
    .map((mount) => textOf(mount, 'name'));
  return itemsOf(podSpec, 'volumes').some((volume) => mounted.includes(textOf(volume, 'name')) && holdsToken(volume));
}

/** A projected token, or a secret with one: what is in that only the cluster knows. */
function holdsToken(volume: Place): boolean {
  const sources = itemsOf(volume, 'projected', 'sources');
  return (
    isThere(volume, 'secret') || sources.some((source) => textOf(source, 'serviceAccountToken', 'path') === 'token')
  );
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
