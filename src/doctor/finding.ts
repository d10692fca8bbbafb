/** From the best to the worst. `unknown`: it could not be looked at from here. */
export const LEVELS = ['ok', 'note', 'unknown', 'warning', 'problem'] as const;

export type Level = (typeof LEVELS)[number];

/** One line of the report. */
export interface Finding {
  /** Id of the check in the table of checks. */
  readonly check: string;
  readonly level: Level;
  /** What was found: one line. */
  readonly message: string;
  /** Why it matters: one line, only where it is a warning or a problem. */
  readonly why?: string;
  /** What to do: a command or a snippet that can be pasted; may have several lines. */
  readonly fix?: string;
}

/** What was found of one pod, and of those that are like it. */
export interface SubjectReport {
  readonly namespace: string;
  readonly pod: string;
  readonly alike: readonly string[];
  /** In the order in which a hold goes. */
  readonly findings: readonly Finding[];
}
