import { type Arguments, HELP, readArguments } from '../workload/lint/arguments.ts';
import { isAtLeast } from '../workload/lint/finding.ts';
import { lintManifests } from '../workload/lint/findings.ts';
import { jsonReport } from '../workload/lint/formats/json.ts';
import type { Report } from '../workload/lint/formats/report.ts';
import { sarifReport } from '../workload/lint/formats/sarif.ts';
import { briefReport, textReport } from '../workload/lint/formats/text.ts';
import { anchorProblem } from '../workload/lint/place.ts';
import { chooseManifests } from '../workload/lint/sources.ts';
import type { ManifestFile } from '../workload/manifests.ts';
import { readSources } from '../workload/read-sources.ts';
import { EXIT } from './help.ts';
import type { ToolPorts } from './tool-ports.ts';
import { tried } from './tried.ts';

/** `drain-wait lint`. Resolves with the exit code. */
export async function lint(args: readonly string[], ports: ToolPorts): Promise<number> {
  const given = tried(() => readArguments(args));
  if (given instanceof Error) {
    ports.complain(`drain-wait lint: ${given.message} See drain-wait lint --help.\n`);
    return EXIT.misuse;
  }
  if (!given.help) return run(given, ports);
  ports.print(HELP);
  return 0;
}

async function run(given: Arguments, ports: ToolPorts): Promise<number> {
  const { sources, problems: unread } = await readSources(given.paths, ports);
  const { files, notes } = chooseManifests(sources, given.paths);
  const problems = [...unread, ...files.flatMap(yamlProblems)];
  if (problems.length > 0) {
    ports.complain(`drain-wait lint: Nothing was looked at.\n${problems.map((each) => `  - ${each}\n`).join('')}`);
    return EXIT.misuse;
  }
  for (const note of notes) ports.complain(`${note}\n`);
  const report: Report = { ...lintManifests(files, given), files: files.length, version: ports.version };
  const failures = report.findings.filter(({ severity }) => isAtLeast(severity, given.failOn));
  ports.print(written(report, failures, given));
  return failures.length === 0 ? 0 : EXIT.failure;
}

function yamlProblems(manifests: ManifestFile): readonly string[] {
  const { file, problems } = manifests;
  if (problems.length > 0) {
    const hint = 'A template of Helm is none: lint what helm template makes.';
    return problems.map(({ line, message }) => `${file}:${line}: not YAML: ${message} ${hint}`);
  }
  const problem = anchorProblem(manifests);
  return problem === undefined ? [] : [`${file}: not YAML: ${problem}`];
}

function written(report: Report, failures: Report['findings'], { format, quiet }: Arguments): string {
  switch (format) {
    case 'text':
      return quiet ? briefReport({ ...report, findings: failures }) : textReport(report);
    case 'json':
      return jsonReport(report);
    case 'sarif':
      return sarifReport(report);
    default:
      return format satisfies never;
  }
}
