import { isatty } from 'node:tty';
import packageJson from '../package.json' with { type: 'json' };
import { type CommandWithSettings, readCommandLine } from './cli.ts';
import { systemClock } from './clock.ts';
import { check } from './commands/check.ts';
import { EXIT, helpText } from './commands/help.ts';
import type { CommandPorts } from './commands/ports.ts';
import { serve } from './commands/serve.ts';
import { wait } from './commands/wait.ts';
import { type Config, readConfig } from './config.ts';
import type { PodEvents } from './core/pod-event.ts';
import type { Cluster, LoadBalancers } from './core/ports.ts';
import { checkInChild } from './sidecar/check-process.ts';
import type { CheckResult } from './sidecar/startup-check.ts';
import { createLog, type Log, writeLine } from './telemetry/log.ts';

/** The heavy clients are loaded at their first use: an idle sidecar never pays for them. */
function lazyKubernetes(serviceAccountDir: string): { readonly cluster: Cluster; readonly podEvents: PodEvents } {
  let loading: Promise<{ readonly cluster: Cluster; readonly podEvents: PodEvents }> | undefined;
  const load = () => {
    loading ??= import('./kubernetes/adapters.ts').then(({ connectKubernetes }) =>
      connectKubernetes(process.env, serviceAccountDir, systemClock),
    );
    return loading;
  };
  return {
    cluster: {
      readPod: async (...args) => (await load()).cluster.readPod(...args),
      listBindings: async (...args) => (await load()).cluster.listBindings(...args),
      listEndpointSlices: async (...args) => (await load()).cluster.listEndpointSlices(...args),
      readService: async (...args) => (await load()).cluster.readService(...args),
    },
    podEvents: { write: async (...args) => (await load()).podEvents.write(...args) },
  };
}

function lazyLoadBalancers(region: string | undefined): LoadBalancers {
  let loading: Promise<LoadBalancers> | undefined;
  const load = () => {
    loading ??= import('./aws/load-balancers.ts').then(({ createLoadBalancers }) =>
      createLoadBalancers({ clock: systemClock, region }),
    );
    return loading;
  };
  return {
    describeTargetHealth: async (...args) => (await load()).describeTargetHealth(...args),
    describeTargetGroup: async (...args) => (await load()).describeTargetGroup(...args),
  };
}

function commandPorts(config: Config, flags: ReadonlyMap<string, string>, log: Log): CommandPorts {
  return {
    clock: systemClock,
    random: Math.random,
    ...lazyKubernetes(config.serviceAccountDir),
    loadBalancers: lazyLoadBalancers(config.region),
    log,
    print: (line) => writeLine(1, line),
    // Without opening the stream, which an idle sidecar would carry for ever.
    interactive: isatty(0),
    startCheck: (report) =>
      checkInChild(
        process.argv[1] ?? '',
        [...flags].map(([name, value]) => `--${name}=${value}`),
        systemClock,
        report,
      ),
    onSignal(listener) {
      process.on('SIGTERM', () => listener('SIGTERM'));
      process.on('SIGINT', () => listener('SIGINT'));
    },
    exit: (code) => process.exit(code),
  };
}

/** A defect must be seen, but must not end a hold: the kubelet would take the broken connection for an answer. */
function surviveDefects(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.error({ error: error.stack }, 'defect: unexpected error');
    process.exitCode = EXIT.failure;
  });
}

function complain(text: string): never {
  process.stderr.write(text);
  process.exit(EXIT.misuse);
}

/** As a child of the sidecar, to the parent; otherwise to whoever reads the standard output. */
async function reportCheck(result: CheckResult): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) print(result);
  // The process may end right after this: it must not end before the message has left.
  else await new Promise((resolve) => send(result, undefined, undefined, resolve));
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function run(command: CommandWithSettings, flags: ReadonlyMap<string, string>): Promise<void> {
  const result = readConfig(process.env, flags);
  if (result.kind === 'problems') {
    complain(`drain-wait cannot start. Wrong settings:\n${result.problems.map((each) => `  - ${each}\n`).join('')}`);
  }
  const { config } = result;
  const log = createLog(config.logLevel, command === 'serve' ? 1 : 2);
  surviveDefects(log);
  const ports = commandPorts(config, flags, log);
  switch (command) {
    case 'serve':
      return await serveOrExplain(config, ports);
    case 'wait':
      return await wait(config, ports, print);
    case 'check':
      process.on('disconnect', () => process.exit(EXIT.failure));
      return await check(config, ports, { report: reportCheck, announce: config.events && process.send !== undefined });
    default:
      command satisfies never;
  }
}

async function serveOrExplain(config: Config, ports: CommandPorts): Promise<void> {
  try {
    await serve(config, ports);
  } catch (error) {
    const why = 'cannot listen; is DRAIN_WAIT_PORT used by another container?';
    ports.log.error({ error: String(error), port: config.port }, why);
    ports.exit(EXIT.failure);
  }
}

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText());
      return;
    case 'version':
      process.stdout.write(`${packageJson.version}\n`);
      return;
    case 'misuse':
      return complain(`${command.problem} See drain-wait help.\n`);
    case 'serve':
    case 'wait':
    case 'check':
      return await run(command.kind, command.flags);
    case 'inject':
    case 'lint':
    case 'doctor':
    case 'verify':
      // Loaded late: an idle sidecar carries neither them nor their YAML.
      process.exitCode = await (await import('./tools.ts')).runTool(command.kind, command.args);
      return;
    default:
      command satisfies never;
  }
}

// No top-level await: the image carries this as one CommonJS file.
void main();
