import packageJson from '../package.json' with { type: 'json' };
import { readCommandLine } from './cli.ts';
import { systemClock } from './clock.ts';
import { EXIT, helpText } from './commands/help.ts';
import { type CommandPorts, serve } from './commands/serve.ts';
import { wait } from './commands/wait.ts';
import { type Config, readConfig } from './config.ts';
import type { Cluster, LoadBalancers } from './core/ports.ts';
import { createLog, type Log } from './telemetry/log.ts';

/** The heavy clients are loaded at their first use: an idle sidecar never pays for them. */
function lazyCluster(): Cluster {
  let loading: Promise<Cluster> | undefined;
  const load = () => {
    loading ??= Promise.all([import('./kubernetes/cluster.ts'), import('./kubernetes/connect.ts')]).then(
      ([{ createCluster }, { loadKubeConfig }]) =>
        createCluster({ clock: systemClock, loadConfig: () => loadKubeConfig(process.env) }),
    );
    return loading;
  };
  return {
    readPod: async (...args) => (await load()).readPod(...args),
    listBindings: async (...args) => (await load()).listBindings(...args),
    listEndpointSlices: async (...args) => (await load()).listEndpointSlices(...args),
    findServicePortName: async (...args) => (await load()).findServicePortName(...args),
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

function commandPorts(config: Config, log: Log): CommandPorts {
  return {
    clock: systemClock,
    random: Math.random,
    cluster: lazyCluster(),
    loadBalancers: lazyLoadBalancers(config.region),
    log,
    interactive: process.stdin.isTTY === true,
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

async function run(name: 'serve' | 'wait', flags: ReadonlyMap<string, string>): Promise<void> {
  const result = readConfig(process.env, flags);
  if (result.kind === 'problems') {
    complain(`drain-wait cannot start. Wrong settings:\n${result.problems.map((each) => `  - ${each}\n`).join('')}`);
  }
  const { config } = result;
  const log = createLog(config.logLevel, name === 'wait' ? 2 : 1);
  surviveDefects(log);
  const ports = commandPorts(config, log);
  if (name === 'wait') {
    await wait(config, ports, (text) => process.stdout.write(`${text}\n`));
    return;
  }
  try {
    await serve(config, ports);
  } catch (error) {
    log.error(
      { error: String(error), port: config.port },
      'cannot listen; is DRAIN_WAIT_PORT used by another container?',
    );
    process.exit(EXIT.failure);
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
      return await run(command.kind, command.flags);
    default:
      command satisfies never;
  }
}

// No top-level await: the image carries this as one CommonJS file.
void main();
