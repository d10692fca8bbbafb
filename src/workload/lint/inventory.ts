import type { LoadBalancerKind } from '../../core/target.ts';
import type { ManifestFile } from '../manifests.ts';
import { type Place, placesOf } from './place.ts';
import { type Guarded, toWorkload, type Workload } from './workload.ts';

export interface LintOptions {
  /** What the controller may take from a pod's deletion to the deregistration, in ms. */
  readonly lagMs: number;
  /** Absent: as the input shows; an ALB where it shows none. */
  readonly loadBalancer: LoadBalancerKind | undefined;
}

/** Everything that was given, once, for all rules. */
export interface Inventory {
  readonly options: LintOptions;
  readonly objects: readonly Place[];
  readonly workloads: readonly Workload[];
  /** Those of the workloads that have the sidecar. */
  readonly guarded: readonly Guarded[];
}

export function takeInventory(files: readonly ManifestFile[], options: LintOptions): Inventory {
  const objects = files.flatMap(placesOf);
  const workloads = objects.flatMap((object) => toWorkload(object, objects) ?? []);
  return { options, objects, workloads, guarded: workloads.filter(isGuarded) };
}

function isGuarded(workload: Workload): workload is Guarded {
  return workload.sidecar !== undefined;
}
