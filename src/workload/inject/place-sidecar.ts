import { SIDECAR_NAME, type SidecarKind, TOKEN_VOLUME_NAME, tokenVolume } from '../sidecar.ts';
import { type Plain, plainList } from './plain.ts';

/** A sidecar that is in the pod already. */
export interface FoundSidecar {
  readonly container: Plain;
  readonly kind: SidecarKind;
}

export function findSidecar(spec: Plain): FoundSidecar | undefined {
  const native = plainList(spec['initContainers']).find(isSidecar);
  if (native !== undefined) return { container: native, kind: 'native' };
  const classic = plainList(spec['containers']).find(isSidecar);
  return classic === undefined ? undefined : { container: classic, kind: 'classic' };
}

export function isSidecar({ name }: Plain): boolean {
  return name === SIDECAR_NAME;
}

/** A native sidecar starts before the other init containers, so it comes first; a classic one last. One that is there stays where it is. */
export function placeSidecar(spec: Plain, sidecar: Plain, kind: SidecarKind): Plain {
  const inits = plainList(spec['initContainers']);
  const mains = plainList(spec['containers']);
  switch (kind) {
    case 'native': {
      const first = inits.some(isSidecar)
        ? inits.map((each) => (isSidecar(each) ? sidecar : each))
        : [sidecar, ...inits];
      return withInitContainers({ ...spec, containers: withoutSidecar(mains) }, first);
    }
    case 'classic': {
      const last = mains.some(isSidecar)
        ? mains.map((each) => (isSidecar(each) ? sidecar : each))
        : [...mains, sidecar];
      return withInitContainers({ ...spec, containers: last }, withoutSidecar(inits));
    }
    default:
      return kind satisfies never;
  }
}

/** A volume of this name stays as it is. */
export function withTokenVolume(spec: Plain): Plain {
  const volumes = plainList(spec['volumes']);
  const has = volumes.some(({ name }) => name === TOKEN_VOLUME_NAME);
  return has ? spec : { ...spec, volumes: [...volumes, tokenVolume()] };
}

function withoutSidecar(containers: readonly Plain[]): readonly Plain[] {
  return containers.filter((each) => !isSidecar(each));
}

/** Right below the containers, where there were none; an empty list that was written stays. */
function withInitContainers(spec: Plain, inits: readonly Plain[]): Plain {
  const { initContainers: had, ...others } = spec;
  if (inits.length === 0) return plainList(had).length === 0 ? spec : others;
  if ('initContainers' in spec) return { ...spec, initContainers: inits };
  return Object.fromEntries(
    Object.entries(spec).flatMap(([key, value]) =>
      key === 'containers'
        ? [
            [key, value],
            ['initContainers', inits],
          ]
        : [[key, value]],
    ),
  );
}
