import type { PodEvents } from '../core/pod-event.ts';
import type { Clock, Cluster, LoadBalancers, Random } from '../core/ports.ts';
import type { Signal } from '../sidecar/lifecycle.ts';
import type { CheckResult } from '../sidecar/startup-check.ts';
import type { Log } from '../telemetry/log.ts';

/** The world as the process edge hands it to a command. */
export interface CommandPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly cluster: Cluster;
  readonly podEvents: PodEvents;
  readonly loadBalancers: LoadBalancers;
  readonly log: Log;
  /** Prints a line of JSON on the standard output, whatever the log level is. */
  readonly print: (line: Readonly<Record<string, unknown>>) => void;
  /** Whether somebody sits at a terminal. */
  readonly interactive: boolean;
  /** Starts the command `check` somewhere else, where its memory comes back. Returns the function that ends it early. */
  readonly startCheck: (report: (result: CheckResult) => void) => () => void;
  readonly onSignal: (listener: (signal: Signal) => void) => void;
  readonly exit: (code: number) => void;
}
