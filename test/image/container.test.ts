import { describe, expect, test } from 'vitest';
import { rootIsReadOnly, statusProblems } from '../../scripts/image/confinement.ts';
import { hardened } from '../../scripts/image/container-spec.ts';

const CONFINED = `Name:	node
Uid:	65532	65532	65532	65532
Gid:	65532	65532	65532	65532
CapInh:	0000000000000000
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	0000000000000000
CapAmb:	0000000000000000
NoNewPrivs:	1
`;

describe('statusProblems()', () => {
  test('is empty for a process that can do nothing', () => {
    expect(statusProblems(CONFINED)).toEqual([]);
  });

  test('names what is different, and what is not there', () => {
    const status = CONFINED.replace('CapBnd:	0', 'CapBnd:	2')
      .replace('NoNewPrivs:	1\n', '')
      .replace('65532\n', '0\n');
    expect(statusProblems(status)).toEqual([
      'Uid is 65532\t65532\t65532\t0, not 65532\t65532\t65532\t65532',
      'CapBnd is 2000000000000000, not 0000000000000000',
      'NoNewPrivs is undefined, not 1',
    ]);
  });
});

describe('rootIsReadOnly()', () => {
  const proc = '66 65 0:40 / /proc rw,relatime - proc proc rw';

  test('reads how the root is mounted, not the file system below it', () => {
    expect(rootIsReadOnly(`${proc}\n65 43 254:0 /r / ro,relatime - ext4 /dev/vda rw,discard`)).toBe(true);
    expect(rootIsReadOnly(`${proc}\n65 43 254:0 /r / rw,relatime - ext4 /dev/vda ro`)).toBe(false);
    expect(rootIsReadOnly(proc)).toBe(false);
  });
});

describe('hardened()', () => {
  const spec = {
    process: { capabilities: { bounding: ['CAP_KILL'] }, rlimits: [] },
    root: {},
    linux: { namespaces: [{ type: 'pid' }, { type: 'network' }] },
  };
  const image = {
    config: { User: '65532:65532', Env: ['PATH=/bin'], Entrypoint: ['/node', '/app.cjs'], WorkingDir: '/app' },
    rootfs: { diff_ids: [] },
  };

  test('starts what the image says, as the image says, with nothing that it could use against the machine', () => {
    expect(hardened(spec, image, '/root', { args: ['serve'], env: { A: 'b' } })).toEqual({
      root: { path: '/root', readonly: true },
      process: {
        terminal: false,
        user: { uid: 65532, gid: 65532 },
        cwd: '/app',
        args: ['/node', '/app.cjs', 'serve'],
        env: ['PATH=/bin', 'A=b'],
        capabilities: {},
        noNewPrivileges: true,
        rlimits: [],
      },
      linux: { namespaces: [{ type: 'pid' }] },
    });
  });
});
