import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TlsListening, writeServiceAccount } from '../../sim/kubernetes/tls.ts';

/** What the sidecar finds in files, and may find changed. */
export interface SidecarFiles {
  /** The folder of its service account. */
  readonly serviceAccount: string;
  /** The token that it has at first. */
  readonly token: string;
  /** What leads the process to the other files. */
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: none. */
  writeToken(token: string | undefined): Promise<void>;
  /** Nobody finds the name any more. */
  loseName(name: string): void;
  /** By how much its wall clock is wrong, from its start or the next SIGUSR2 on. */
  writeClockOffset(ms: number): void;
  remove(): Promise<void>;
}

/** `addresses`: of the names that it can find. */
export async function writeSidecarFiles(
  server: TlsListening,
  addresses: Readonly<Record<string, string>>,
): Promise<SidecarFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'drain-wait-faults-'));
  const serviceAccount = join(folder, 'service-account');
  const namesFile = join(folder, 'names.json');
  const offsetFile = join(folder, 'clock-offset');
  const names = new Map(Object.entries(addresses));
  const token = randomUUID();
  const writeNames = () => writeFileSync(namesFile, JSON.stringify(Object.fromEntries(names)));
  const writeClockOffset = (ms: number) => writeFileSync(offsetFile, String(ms));
  await writeServiceAccount(serviceAccount, server, token);
  writeNames();
  writeClockOffset(0);
  return {
    serviceAccount,
    token,
    env: { FAULTS_NAMES_FILE: namesFile, SIM_CLOCK_OFFSET_FILE: offsetFile },
    async writeToken(next) {
      if (next === undefined) await rm(join(serviceAccount, 'token'));
      else writeFileSync(join(serviceAccount, 'token'), next);
    },
    loseName(name) {
      names.delete(name);
      writeNames();
    },
    writeClockOffset,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
