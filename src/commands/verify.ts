import { carryOut } from '../verify/carry-out.ts';
import { totalsOf } from '../verify/figures.ts';
import { verifyHelp } from '../verify/help.ts';
import type { VerifyPorts } from '../verify/ports.ts';
import { htmlReport } from '../verify/report/html.ts';
import { jsonReport } from '../verify/report/json.ts';
import { svgReport } from '../verify/report/svg.ts';
import { textReport } from '../verify/report/text.ts';
import { type GivenRequest, readRequest } from '../verify/request.ts';
import type { Run } from '../verify/run.ts';
import type { ReportFile } from '../verify/values.ts';
import { EXIT } from './help.ts';

/** `drain-wait verify`. Resolves with the exit code. */
export async function verify(args: readonly string[], ports: VerifyPorts): Promise<number> {
  const given = readRequest(args);
  if (given.kind === 'help') {
    ports.print(verifyHelp());
    return 0;
  }
  const problems = await problemsOf(given, ports);
  if (given.kind === 'misuse' || problems.length > 0) {
    ports.complain(`drain-wait verify: Nothing was sent.\n${problems.map((each) => `  - ${each}\n`).join('')}`);
    return EXIT.misuse;
  }
  const { report, json } = given.request;
  const run = await carryOut(given.request, ports);
  ports.print(json ? jsonReport(run) : textReport(run, ports.chart));
  const isWritten = report === undefined || (await write(report, run, ports));
  return isWritten && totalsOf(run.record.seconds).failed === 0 ? 0 : EXIT.failure;
}

async function problemsOf(
  given: Exclude<GivenRequest, { readonly kind: 'help' }>,
  { writeProblem }: VerifyPorts,
): Promise<readonly string[]> {
  const [problems, report] = given.kind === 'misuse' ? [given.problems, given.report] : [[], given.request.report];
  const unwritable = report === undefined ? undefined : await writeProblem(report.path);
  return unwritable === undefined ? problems : [...problems, `--report='${report?.path}': ${unwritable}`];
}

/** Resolves with whether that was possible. */
async function write({ path, format }: ReportFile, run: Run, { writeFile, complain }: VerifyPorts): Promise<boolean> {
  try {
    await writeFile(path, format === 'html' ? htmlReport(run) : svgReport(run));
    complain(`The report is ${path}.\n`);
    return true;
  } catch (error) {
    complain(`The report could not be written: ${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}
