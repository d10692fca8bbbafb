import { createAccount } from './aws/account.ts';
import { systemClock } from './clock.ts';
import type { DoctorCommandPorts } from './commands/doctor.ts';
import type { ToolPorts } from './commands/tool-ports.ts';
import { inspectKubernetes } from './kubernetes/inspection.ts';
import { SETTINGS } from './settings.ts';

/** Of a terminal that does not tell. */
const COLUMNS = 80;

/** The world of doctor, as it really is. */
export function doctorPorts({ version, print, complain }: ToolPorts): DoctorCommandPorts {
  const { env, stderr } = process;
  const given = env[SETTINGS.serviceAccountDir.env] ?? '';
  const folder = given === '' ? SETTINGS.serviceAccountDir.fallback : given;
  /** One line, which the next one or the report takes the place of. */
  const show = (line: string) => {
    const columns = stderr.columns > 0 ? stderr.columns : COLUMNS;
    if (stderr.isTTY) stderr.write(`\r\x1b[2K${line.slice(0, columns - 1)}`);
  };
  const after =
    (write: (text: string) => void) =>
    (text: string): void => {
      show('');
      write(text);
    };
  return {
    version,
    print: after(print),
    complain: after(complain),
    clock: systemClock,
    env,
    inspection: inspectKubernetes(env, folder, systemClock),
    account: (region) => createAccount({ clock: systemClock, region }),
    progress: (what) => show(`Looking at ${what} …`),
    terminal: process.stdout.isTTY === true,
  };
}
