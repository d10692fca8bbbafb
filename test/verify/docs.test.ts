import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { duration } from '../../src/settings.ts';
import { FLAG_LIST, FLAGS } from '../../src/verify/flags.ts';
import { verifyHelp } from '../../src/verify/help.ts';
import { readRequest } from '../../src/verify/request.ts';
import { LATEST_MS, MOST_BODY_BYTES, MOST_WAITING } from '../../src/verify/send/limits.ts';
import type { Phase } from '../../src/verify/send/progress.ts';
import { lateWords, troubleWords } from '../../src/verify/send/trouble.ts';
import { METHODS } from '../../src/verify/values.ts';
import { count } from '../../src/verify/words.ts';

const page = await readFile('docs/verify.md', 'utf8');
const plain = page.replaceAll(/\s+/g, ' ');

describe('docs/verify.md', () => {
  test('has the flags as the program has them', () => {
    const rows = FLAG_LIST.map(({ name, fallback, about, ...flag }) => {
      const given = 'value' in flag ? ` ${flag.value}` : '';
      return `| \`--${name}${given}\` | ${fallback === undefined ? '' : `\`${fallback}\` `}| ${about} |`;
    });
    expect(page.split('\n').filter((line) => line.startsWith('| `--'))).toEqual(rows);
  });

  test('has every kind of failure', () => {
    const phases: readonly Phase[] = ['name', 'connection', 'handshake', 'answer'];
    const codes = ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH'];
    const kinds = [
      ...phases.map(lateWords),
      ...codes.map((code) => troubleWords(Object.assign(new Error(code), { code }), 'connection')),
      'HTTP 502',
      'broken answer',
      'not sent',
    ];
    const [, section = ''] = page.split('## What is a failure');
    for (const kind of kinds) expect(section).toContain(`\`${kind}\``);
  });

  test('has the bounds as the program has them', () => {
    expect(plain).toContain(`At most ${count(MOST_WAITING)} wait for their answers`);
    expect(plain).toContain(`more than ${LATEST_MS / 1_000} s late`);
    expect(plain).toContain(`Of a body ${MOST_BODY_BYTES / 1_048_576} MiB is read`);
  });

  test('names only flags that exist', () => {
    const known = Object.keys(FLAGS);
    const named = [...page.matchAll(/`--([a-z-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('--help', () => {
  test('has every flag', () => {
    for (const { name, about } of FLAG_LIST) {
      expect(verifyHelp()).toContain(`--${name}`);
      expect(verifyHelp()).toContain(about);
    }
  });

  test('tells the bounds that the parser keeps', () => {
    const accepts = (...args: readonly string[]) =>
      readRequest(['--url', 'http://shop.example', ...args]).kind === 'verify';
    for (const name of ['duration', 'timeout'] as const) {
      const [, least = '', most = ''] = /from (\w+) to (\w+)/.exec(FLAGS[name].about) ?? [];
      expect([least, most].map((text) => accepts(`--${name}`, text))).toEqual([true, true]);
      const beyond = [duration(least) - 1, duration(most) + 1].map((ms) => accepts(`--${name}`, `${ms}ms`));
      expect(beyond).toEqual([false, false]);
    }
    const [, least, most] = /from (\S+) to (\S+)/.exec(FLAGS.rate.about) ?? [];
    expect([least, most].map((text) => accepts('--rate', `${text}`))).toEqual([true, true]);
    expect([Number(least) - 0.01, Number(most) + 0.01].map((text) => accepts('--rate', `${text}`))).toEqual([
      false,
      false,
    ]);
    expect(METHODS.filter((method) => !FLAGS.method.about.includes(method))).toEqual([]);
  });

  test('gives defaults that the parser takes', () => {
    for (const { name, fallback } of FLAG_LIST) {
      if (fallback === undefined) continue;
      const given = readRequest(['--url', 'http://shop.example', `--${name}`, fallback]);
      const { expected: _, ...request } = given.kind === 'verify' ? given.request : { expected: undefined };
      const bare = readRequest(['--url', 'http://shop.example']);
      const { expected: __, ...usual } = bare.kind === 'verify' ? bare.request : { expected: undefined };
      expect(request).toEqual(usual);
    }
  });
});
