import { expect, test } from 'vitest';
import { IMAGE } from '../support/entry.ts';
import { startScene } from '../support/scene.ts';

/** What a compromised dependency would try. Runs in the sidecar's process at SIGUSR2. */
const INTRUDER = `
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
const attempts = {
  'starts a process': () => execFileSync('true'),
  'reads a file of the system': () => readFileSync('/etc/passwd'),
  'writes': () => writeFileSync('/tmp/intruder', ''),
  'starts a thread': () => new Worker('', { eval: true }),
  'loads machine code': () => process.dlopen({ exports: {} }, '/tmp/intruder.node'),
};
process.on('SIGUSR2', () => {
  for (const [attempt, make] of Object.entries(attempts)) {
    let result = 'done';
    try { make(); } catch (error) { result = error.code; }
    console.log(JSON.stringify({ level: 'info', msg: attempt, result }));
  }
});`;

test('started as in the image, it can start no process when its check has ended, and read and write no file of others', async () => {
  const intruder = `data:text/javascript,${encodeURIComponent(INTRUDER)}`;
  await using scene = await startScene({ nodeFlags: [...IMAGE.nodeFlags, '--import', intruder] });
  const { sidecarProcess, logged, log } = scene.pod;
  const attempts = ['reads a file of the system', 'writes', 'starts a thread', 'starts a process'];
  // The child ends a moment after it has reported.
  await expect
    .poll(async () => {
      process.kill(sidecarProcess.pid ?? 0, 'SIGUSR2');
      await logged('loads machine code');
      return attempts.map((attempt) => log.findLast(({ msg }) => msg === attempt)?.['result']);
    })
    .toEqual(attempts.map(() => 'ERR_ACCESS_DENIED'));
  expect(log.findLast(({ msg }) => msg === 'loads machine code')?.['result']).toBe('ERR_DLOPEN_DISABLED');
  scene.delete();
  expect(await scene.ended()).toMatchObject({ reason: 'drained' });
});
