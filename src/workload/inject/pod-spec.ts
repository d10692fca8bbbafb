import { isDeepStrictEqual } from 'node:util';
import { defaultImage, sidecarContainer } from '../sidecar.ts';
import { type GracePeriod, graceOf } from './grace-period.ts';
import { hookContainers } from './hook-containers.ts';
import type { InjectOptions } from './options.ts';
import { type FoundSidecar, findSidecar, isSidecar, placeSidecar, withTokenVolume } from './place-sidecar.ts';
import { type Plain, plainList, textOf } from './plain.ts';
import type { PodResult } from './result.ts';
import { type EffectiveSettings, effectiveSettings } from './settings.ts';
import { updateSidecar } from './sidecar-update.ts';

/** The pod spec with the sidecar, the hooks, the token volume and a grace period that is long enough. Injecting again changes nothing. */
export function injectPodSpec(spec: Plain, options: InjectOptions): PodResult {
  const names = mainContainerNames(spec);
  if (names.length === 0) return { kind: 'left', why: 'it has no containers' };
  const { containers } = options;
  if (containers.length > 0 && !names.some((name) => containers.includes(name))) {
    return { kind: 'left', why: `it has no container ${containers.join(' or ')}` };
  }
  try {
    const settings = effectiveSettings(findSidecar(spec)?.container, options);
    return injectWith(spec, options, settings, graceOf(spec, settings));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { kind: 'refused', refusals: [{ path: [], problem: error.message }] };
  }
}

/** All but the sidecar. */
export function mainContainerNames(spec: Plain): readonly string[] {
  return plainList(spec['containers'])
    .filter((each) => !isSidecar(each))
    .map(({ name }) => textOf(name));
}

function injectWith(spec: Plain, options: InjectOptions, settings: EffectiveSettings, grace: GracePeriod): PodResult {
  const before = findSidecar(spec);
  const oldPort = effectiveSettings(before?.container, { ...options, settings: {} }).port;
  const hooks = hookContainers(plainList(spec['containers']), options, { port: settings.port, oldPort });
  if (hooks.refusals.length > 0) return { kind: 'refused', refusals: hooks.refusals };
  const hooked = { ...spec, containers: hooks.containers };
  const extended = grace.extended ? { ...hooked, terminationGracePeriodSeconds: grace.seconds } : hooked;
  const sidecar = sidecarFor(before, options, { port: settings.port, oldPort, gracePeriodSeconds: grace.seconds });
  const placed = placeSidecar(extended, sidecar.container, sidecar.kind);
  const after = withTokenVolume(placed);
  return {
    kind: 'injected',
    spec: after,
    done: [
      ...(isDeepStrictEqual(before, sidecar) ? [] : [before === undefined ? 'sidecar' : 'sidecar updated']),
      ...(before === undefined || after === placed ? [] : ['token volume']),
      ...hooks.done,
      ...grace.done,
    ],
    warnings: [...hooks.warnings, ...warningsFor(spec, settings)],
  };
}

interface SidecarNeeds {
  readonly port: number;
  readonly oldPort: number;
  readonly gracePeriodSeconds: number;
}

/** Undefined `before`: there is none yet. */
function sidecarFor(before: FoundSidecar | undefined, options: InjectOptions, needs: SidecarNeeds): FoundSidecar {
  const kind = options.kind ?? before?.kind ?? 'native';
  const image = options.image ?? defaultImage(options.version);
  const wanted = { ...needs, kind, image, settings: options.settings, imageGiven: options.image !== undefined };
  const container = before === undefined ? { ...sidecarContainer(wanted) } : updateSidecar(before.container, wanted);
  return { container, kind };
}

function warningsFor(spec: Plain, { port, portGiven, untilGone }: EffectiveSettings): readonly string[] {
  const taken = plainList(spec['containers'])
    .filter((each) => !isSidecar(each))
    .find(({ ports }) => plainList(ports).some(({ containerPort }) => containerPort === port));
  return [
    ...(spec['hostNetwork'] === true && !portGiven
      ? [`hostNetwork: port ${port} is the node's. Give each workload a port of its own with --port`]
      : []),
    ...(taken === undefined
      ? []
      : [`port ${port} is one of container ${textOf(taken['name'])}. Give the sidecar another with --port`]),
    ...(untilGone
      ? [
          'until gone waits for the deregistration delay of the target group (300 s unless changed): let the grace period cover it, for example with --lag',
        ]
      : []),
  ];
}
