import type { Inventory } from './inventory.ts';
import type { Place } from './place.ts';

/** From the worst on. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What a rule says of one place in the input. */
export interface Hit {
  readonly at: Place;
  /** What is wrong, with the value that is there now. */
  readonly message: string;
  /** What to do here; absent: what the rule says for all. */
  readonly fix?: string;
  /** Another object whose annotations can silence it: the workload that the place is about. */
  readonly about?: Place;
}

/** One thing that can be wrong, as a pure function of the input. The table of docs/lint.md is made of these. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What it finds, in one line. */
  readonly finds: string;
  /** What happens because of it. */
  readonly why: string;
  readonly fix: string;
  /** A public page with more. */
  readonly more: string;
  readonly check: (inventory: Inventory) => readonly Hit[];
}

/** One line of the report. */
export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly severity: Severity;
  readonly rule: string;
  /** Kind, namespace and name of the object that it stands in. */
  readonly object: string;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
}

/** Whether `severity` is as bad as `limit`, or worse. */
export function isAtLeast(severity: Severity, limit: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(limit);
}
