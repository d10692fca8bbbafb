import { type Arguments, readArguments } from '../doctor/arguments.ts';
import { collectFacts } from '../doctor/collect/collect.ts';
import type { DoctorPorts } from '../doctor/collect/ports.ts';
import { redact } from '../doctor/collect/redact.ts';
import { examine } from '../doctor/examine.ts';
import { LEVELS, type SubjectReport } from '../doctor/finding.ts';
import { jsonReport } from '../doctor/formats/json.ts';
import { textReport } from '../doctor/formats/text.ts';
import { worst } from '../doctor/formats/worst.ts';
import { HELP } from '../doctor/help.ts';
import { EXIT } from './help.ts';
import type { ToolPorts } from './tool-ports.ts';
import { tried } from './tried.ts';

export interface DoctorCommandPorts extends DoctorPorts, Pick<ToolPorts, 'version' | 'print' | 'complain'> {
  /** Whether the standard output is a terminal. */
  readonly terminal: boolean;
}

/** `drain-wait doctor`. Resolves with the exit code. */
export async function doctor(args: readonly string[], ports: DoctorCommandPorts): Promise<number> {
  const given = tried(() => readArguments(args, ports.env));
  if (given instanceof Error) return refuse(`${given.message} See drain-wait doctor --help.`, ports);
  if (!given.help) return await run(given, ports);
  ports.print(HELP);
  return 0;
}

async function run(given: Arguments, ports: DoctorCommandPorts): Promise<number> {
  const collected = await collectFacts(given, ports, new AbortController().signal);
  if (collected.kind === 'nothing') return refuse(collected.problem, ports);
  const { facts } = collected;
  const reports = examine(facts).map(withoutSecrets);
  const color = given.color && ports.terminal;
  ports.print(given.json ? jsonReport(reports, ports.version) : textReport(reports, { color, from: facts.from }));
  return LEVELS.indexOf(worst(reports)) < LEVELS.indexOf(given.failOn) ? 0 : EXIT.failure;
}

/** Servers quote what they were sent. */
function withoutSecrets(report: SubjectReport): SubjectReport {
  return { ...report, findings: report.findings.map((each) => ({ ...each, message: redact(each.message) })) };
}

function refuse(problem: string, { complain }: DoctorCommandPorts): number {
  complain(`drain-wait doctor: ${redact(problem)}\n`);
  return EXIT.misuse;
}
