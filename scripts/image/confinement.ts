import { readFile } from 'node:fs/promises';

const NO_CAPABILITIES = '0000000000000000';

/** What /proc/PID/status says of a process that can do nothing. Four ids: real, effective, saved, of files. */
const CONFINED: Readonly<Record<string, string>> = {
  Uid: '65532\t65532\t65532\t65532',
  Gid: '65532\t65532\t65532\t65532',
  CapInh: NO_CAPABILITIES,
  CapPrm: NO_CAPABILITIES,
  CapEff: NO_CAPABILITIES,
  CapBnd: NO_CAPABILITIES,
  CapAmb: NO_CAPABILITIES,
  NoNewPrivs: '1',
};

/** In which way a process of this machine can do more than it should, as the kernel sees it. Empty if in none. */
export async function confinementProblems(pid: number): Promise<readonly string[]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mounts = await readFile(`/proc/${pid}/mountinfo`, 'utf8');
  return [...statusProblems(status), ...(rootIsReadOnly(mounts) ? [] : ['its root can be written to'])];
}

export function statusProblems(status: string): readonly string[] {
  const found = new Map(
    status.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return Object.entries(CONFINED)
    .filter(([field, value]) => found.get(field) !== value)
    .map(([field, value]) => `${field} is ${found.get(field)}, not ${value}`);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html: field 5 is where it is mounted, field 6 how. */
export function rootIsReadOnly(mountinfo: string): boolean {
  const root = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[4] === '/');
  return root?.[5]?.split(',').includes('ro') ?? false;
}
