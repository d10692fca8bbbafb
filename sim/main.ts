import { routesTo } from './control/routes.ts';
import { startControlApi } from './control.ts';
import { readArguments, type Settings, type What } from './main/arguments.ts';
import { clientEnvironment } from './main/client-environment.ts';
import { helpText } from './main/help.ts';
import { humanReport, machineReport, urlsOf } from './main/report.ts';
import { start } from './main/start.ts';

/** Resolves at the first signal. Further ones mean nothing: after Ctrl-C the launcher passes on what the terminal has sent already. */
function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

async function run(what: What, settings: Settings): Promise<void> {
  const end = endAsked();
  const simulation = await start(what, settings);
  const control = await startControlApi({ routes: routesTo(simulation), port: settings['control-port'] });
  const report = settings.json ? machineReport : humanReport;
  const print = (line: string) => process.stdout.write(`${line}\n`);
  // Whoever read it has gone, as after `| head`.
  process.stdout.on('error', () => process.exit(0));
  const { speed } = settings;
  print(report.started({ urls: urlsOf(simulation, control.url), environment: clientEnvironment(simulation), speed }));
  simulation.timeline.onMoment((moment) => print(report.moment(moment)));

  await end;
  await control.close();
  await simulation.close();
  // An answer that a fault made slow may still be asleep.
  process.exit(0);
}

function explain(error: unknown): string {
  const { code, port } = error as { readonly code?: string; readonly port?: number };
  if (code !== 'EADDRINUSE') return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Cannot listen on port ${port}: it is taken. Expected a free one, or 0 to let the system choose.`;
}

const invocation = readArguments(process.argv.slice(2));
switch (invocation.kind) {
  case 'help':
    process.stdout.write(helpText());
    break;
  case 'misuse':
    process.stderr.write(
      `The embedded cluster cannot start:\n${invocation.problems.map((each) => `  - ${each}\n`).join('')}`,
    );
    process.exitCode = 2;
    break;
  case 'start':
    run(invocation.what, invocation.settings).catch((error: unknown) => {
      process.stderr.write(`${explain(error)}\n`);
      process.exit(1);
    });
    break;
  default:
    invocation satisfies never;
}
