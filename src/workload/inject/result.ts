import type { Plain } from './plain.ts';

/** Something that a person has to decide first. */
export interface Refusal {
  /** Where, below the pod spec or the document. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** What has become of one pod spec. */
export type PodResult =
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'left'; readonly why: string }
  | {
      readonly kind: 'injected';
      readonly spec: Plain;
      /** What was done, in words; empty where nothing was to do. */
      readonly done: readonly string[];
      readonly warnings: readonly string[];
    };
