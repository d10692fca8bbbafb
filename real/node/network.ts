import { ADDRESS, ADDRESS_V6, BRIDGE, CATCH_ALL_RANGES, inPlace, POD_RANGES } from './place.ts';
import type { Run } from './run.ts';

/** The configuration of the pods' network: a pair of interfaces for each pod, and a route to it. */
export const CNI_CONFIG = {
  cniVersion: '0.4.0',
  name: 'drain-wait',
  plugins: [
    {
      type: 'ptp',
      ipMasq: false,
      ipam: {
        type: 'host-local',
        dataDir: inPlace('cni/addresses'),
        ranges: POD_RANGES.map((subnet) => [{ subnet }]),
        routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
      },
    },
  ],
};

export async function raiseNetwork(run: Run): Promise<void> {
  await run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  await run('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', BRIDGE]);
  await run('ip', ['-6', 'address', 'add', `${ADDRESS_V6}/128`, 'dev', BRIDGE, 'nodad']);
  await run('ip', ['link', 'set', BRIDGE, 'up']);
  for (const range of CATCH_ALL_RANGES) await run('ip', [family(range), 'route', 'replace', 'unreachable', range]);
}

/** Nothing where there is none. */
export async function removeNetwork(run: Run): Promise<void> {
  for (const range of CATCH_ALL_RANGES)
    await run('ip', [family(range), 'route', 'delete', 'unreachable', range]).catch(ignoreAbsence);
  await run('ip', ['link', 'delete', BRIDGE]).catch(ignoreAbsence);
}

function family(range: string): string {
  return range.includes(':') ? '-6' : '-4';
}

/** iproute2 says it in these words. Any other failure means that something is left. */
function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Error && /Cannot find device|No such process|No such file/.test(error.message))) throw error;
}
