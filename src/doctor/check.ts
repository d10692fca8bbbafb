import type { Hit, Rule, Severity } from '../workload/lint/finding.ts';
import { hitsOf } from '../workload/lint/findings.ts';
import type { Level } from './finding.ts';
import type { Subject } from './subject.ts';

/** What a check says of a subject. */
export interface Found {
  readonly level: Level;
  readonly message: string;
  /** Absent: what the check says for all, where it is a warning or a problem. */
  readonly why?: string;
  readonly fix?: string;
}

/** One thing to look at, as a pure function of the facts. The table of docs/doctor.md is made of these. */
export interface Check {
  readonly id: string;
  /** What it may say, the worst last. */
  readonly levels: readonly Level[];
  /** What it finds at its worst, in one line. */
  readonly finds: string;
  /** What happens because of it. */
  readonly why: string;
  readonly fix: string;
  readonly look: (subject: Subject) => readonly Found[];
}

/** Checks that belong together, in the order in which a hold goes. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** What is said in its name where its checks say nothing bad; absent: they say themselves what is well. */
  readonly fine?: (subject: Subject) => string;
  readonly checks: readonly Check[];
}

const LEVEL_OF: Readonly<Record<Severity, Level>> = { error: 'problem', warning: 'warning', info: 'note' };

export interface RuleOptions {
  /** What to do here; absent: what the rule says. */
  readonly fix?: (subject: Subject, hit: Hit) => string;
  /** Absent: by the severity of the rule. */
  readonly level?: (subject: Subject, hit: Hit) => Level;
  /** The levels that `level` can give. */
  readonly levels?: readonly Level[];
  /** Which of its hits count; absent: all. */
  readonly counts?: (subject: Subject, hit: Hit) => boolean;
  /** What it looks at; absent: the pod with its Services and TargetGroupBindings. */
  readonly of?: (subject: Subject) => Subject['inventory'];
}

/** A rule of lint, of the live objects. */
export function fromRule(rule: Rule, options: RuleOptions = {}): Check {
  const { fix, counts = () => true, of = ({ inventory }) => inventory } = options;
  const level = options.level ?? (() => LEVEL_OF[rule.severity]);
  return {
    id: rule.id,
    levels: options.levels ?? [LEVEL_OF[rule.severity]],
    finds: rule.finds,
    why: rule.why,
    fix: rule.fix,
    look: (subject) =>
      hitsOf(rule, of(subject))
        .filter((hit) => counts(subject, hit))
        .map((hit) => ({
          level: level(subject, hit),
          message: hit.message,
          fix: fix?.(subject, hit) ?? hit.fix ?? rule.fix,
        })),
  };
}
