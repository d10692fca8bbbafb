import type { ManifestFile } from '../manifests.ts';
import type { Finding, Hit, Rule } from './finding.ts';
import { type Inventory, type LintOptions, takeInventory } from './inventory.ts';
import { annotationsOf, nameOf } from './objects.ts';
import { at, lineOf, type Place, rootOf } from './place.ts';
import { RULES } from './rules.ts';

/** On an object or a pod template: the rules that are not to look at it, comma-separated. */
const IGNORE_ANNOTATION = 'drain-wait/lint-ignore';

export interface LintResult {
  /** By file in the given order, then by line. */
  readonly findings: readonly Finding[];
  /** How many workloads there were to look at. */
  readonly workloads: number;
}

/** Looks at all manifests together: what stands in one file counts for the others. */
export function lintManifests(files: readonly ManifestFile[], options: LintOptions): LintResult {
  const inventory = takeInventory(files, options);
  const findings = RULES.flatMap((rule) => hitsOf(rule, inventory).map((hit) => toFinding(hit, rule)));
  const order = files.map(({ file }) => file);
  return {
    workloads: inventory.workloads.length,
    findings: unique(findings).sort((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line),
  };
}

/** What a rule says, without what annotations silence. */
export function hitsOf(rule: Rule, inventory: Inventory): readonly Hit[] {
  return rule.check(inventory).filter((hit) => !isIgnored(hit, rule));
}

function isIgnored({ at: place, about }: Hit, { id }: Rule): boolean {
  const objects = [rootOf(place.source), ...(about === undefined ? [] : [about])];
  return objects.flatMap(ignoredBy).includes(id);
}

function ignoredBy(object: Place): readonly string[] {
  return [object, at(object, 'spec', 'template')]
    .flatMap((each) => annotationsOf(each)[IGNORE_ANNOTATION] ?? [])
    .flatMap((ids) => ids.split(',').map((id) => id.trim()));
}

function toFinding(hit: Hit, { id, severity, why, fix }: Rule): Finding {
  const { source } = hit.at;
  return {
    file: source.file.file,
    line: lineOf(hit.at),
    severity,
    rule: id,
    object: nameOf(hit.at),
    message: hit.message,
    why,
    fix: hit.fix ?? fix,
  };
}

/** What is wrong with a Service is wrong once, however many workloads it selects. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((each) => [JSON.stringify(each), each])).values()];
}
