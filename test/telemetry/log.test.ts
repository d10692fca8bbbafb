import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const LOG = fileURLToPath(new URL('../../src/telemetry/log.ts', import.meta.url));

/** A program that has a log of this least level. */
function program(least: string, body: string): readonly string[] {
  return [
    '--input-type=module',
    '--eval',
    `import { createLog } from '${LOG}'; const log = createLog('${least}', 1); ${body}`,
  ];
}

describe('createLog()', () => {
  test('writes a line of JSON: level, time, the fields and the message', () => {
    const output = execFileSync(
      process.execPath,
      program('info', `log.warn({ pod: 'default/web-1', n: 1 }, 'hold started')`),
    );
    expect(JSON.parse(String(output))).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      pod: 'default/web-1',
      n: 1,
      msg: 'hold started',
    });
  });

  test('leaves out what is less severe than asked for', () => {
    const all = `for (const level of ['debug', 'info', 'warn', 'error']) log[level]({}, level)`;
    const levels = (least: string) =>
      String(execFileSync(process.execPath, program(least, all)))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).level);
    expect(levels('debug')).toEqual(['debug', 'info', 'warn', 'error']);
    expect(levels('warn')).toEqual(['warn', 'error']);
  });

  test('writes the last line before the process ends, and all of a long one', () => {
    const output = execFileSync(
      process.execPath,
      program('info', `log.info({ text: 'x'.repeat(300_000) }, 'last'); process.exit(0)`),
    );
    expect(JSON.parse(String(output))).toMatchObject({ msg: 'last', text: 'x'.repeat(300_000) });
  });

  test('survives that nobody reads any more', async () => {
    const body = `setInterval(() => { log.info({}, 'line'); process.send('written') }, 5)`;
    const child = spawn(process.execPath, [...program('info', body)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    child.stdout?.destroy();
    for (let line = 0; line < 20; line += 1) expect(await once(child, 'message')).toEqual(['written', undefined]);
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  });
});
