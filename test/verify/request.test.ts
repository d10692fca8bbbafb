import { describe, expect, test } from 'vitest';
import { verifyHelp } from '../../src/verify/help.ts';
import { readRequest } from '../../src/verify/request.ts';
import { shownUrl } from '../../src/verify/url.ts';
import { requestOf } from './support.ts';

function problems(...args: readonly string[]): readonly string[] {
  const given = readRequest(args);
  if (given.kind !== 'misuse') throw new Error(`accepted: ${JSON.stringify(given)}`);
  return given.problems;
}

/** Of a command line that is right but for these. */
function problem(...args: readonly string[]): string {
  const [only = '', ...more] = problems('--url', 'https://shop.example', ...args);
  expect(more).toEqual([]);
  return only;
}

describe('a request', () => {
  test('is ten a second for five minutes, each over a connection of its own, unless told otherwise', () => {
    expect(requestOf()).toMatchObject({
      method: 'GET',
      header: {},
      ratePerSecond: 10,
      durationMs: 300_000,
      timeoutMs: 15_000,
      keepAlive: false,
      insecure: false,
      connectTo: undefined,
      namespace: undefined,
      report: undefined,
      json: false,
    });
  });

  test('takes every flag', () => {
    const args =
      '--rate=0.5 --duration 1h --timeout 500ms --method HEAD --keep-alive --insecure --connect-to [::1]:8443 --namespace shop --report a/b.SVG --json';
    expect(
      requestOf(...args.split(' '), '--header', 'X-A: 1', '--header', 'x-a:2', '--header', 'Host: other'),
    ).toMatchObject({
      ratePerSecond: 0.5,
      durationMs: 3_600_000,
      timeoutMs: 500,
      method: 'HEAD',
      keepAlive: true,
      insecure: true,
      connectTo: { hostname: '::1', port: 8443 },
      namespace: 'shop',
      report: { path: 'a/b.SVG', format: 'svg' },
      json: true,
      header: { 'x-a': ['1', '2'], host: ['other'] },
    });
  });

  test.each([
    [[], [100, 200, 301, 404, 499], [500, 502, 504, 599]],
    [
      ['--expect', '200,204'],
      [200, 204],
      [201, 301, 500],
    ],
    [
      ['--expect', '2xx, 304'],
      [200, 299, 304],
      [199, 300, 305],
    ],
    [
      ['--expect', '200-302,5xx'],
      [200, 250, 302, 503],
      [303, 404],
    ],
  ])('with %j takes %j and not %j', (args, good, bad) => {
    const { isMet } = requestOf(...args).expected;
    expect(good.filter((status) => !isMet(status))).toEqual([]);
    expect(bad.filter(isMet)).toEqual([]);
  });
});

describe('a wrong command line', () => {
  test('is told with every problem at once', () => {
    const args = [
      'now',
      '--url',
      'ftp://shop.example',
      '--rate',
      '0',
      '--duration=0s',
      '--colour',
      '--report',
      'a.pdf',
      '--header',
      'x',
    ];
    expect(problems(...args)).toEqual([
      '--colour: no such flag. See drain-wait verify --help for the list.',
      "'now': there is nothing but flags.",
      "--url='ftp://shop.example': unknown scheme ftp. Expected an http or https URL such as https://shop.example/healthz.",
      "--header: a value has no colon. Expected 'NAME: VALUE'.",
      "--rate='0': out of range. Expected a number from 0.1 to 200.",
      "--duration='0s': out of range. Expected a duration from 1s to 1h.",
      "--report='a.pdf': unknown extension. Expected a file that ends in .html or .svg.",
    ]);
  });

  test('lacks the URL, or what a flag is to be', () => {
    expect(problems()).toEqual(['--url: missing. Give it as --url=URL.']);
    expect(problems('--url=')).toEqual(['--url: missing. Give it as --url=URL.']);
    expect(problem('--namespace')).toBe('--namespace: has no value. Give it as --namespace=VALUE.');
    expect(problem('-n')).toBe('-n: has no value. Give it as -n VALUE.');
    expect(requestOf('-n', 'shop').namespace).toBe('shop');
  });

  test.each([
    ['--rate', '200.1'],
    ['--rate', '0.09'],
    ['--rate', '-5'],
    ['--rate', '1e2'],
    ['--rate', 'Infinity'],
    ['--duration', '61m'],
    ['--duration', '999ms'],
    ['--timeout', '61s'],
    ['--timeout', '99ms'],
  ])('%s %s is out of range', (flag, value) => {
    expect(problem(flag, value)).toMatch(
      new RegExp(`^${flag}='${value}': (out of range|not a duration)\\. Expected a`),
    );
  });

  test.each([
    ['--duration', '20', 'a duration needs a unit: 20s or 20ms'],
    ['--method', 'POST', 'not one of these'],
    ['--expect', '200,abc', "'abc' is no status"],
    ['--expect', '600', "'600' is no status"],
    ['--expect', '299-200', "'299-200' ends before it begins"],
    ['--connect-to', 'shop.example', 'not a host and a port'],
    ['--connect-to', '10.1.0.7:0', 'not a host and a port'],
    ['--connect-to', '10.1.0.7:65536', 'not a host and a port'],
    ['--connect-to', 'http://10.1.0.7:80', 'not a host and a port'],
    ['--namespace', 'Shop', 'no namespace has such a name'],
    ['--namespace', '../nodes', 'no namespace has such a name'],
    ['--report', 'report', 'unknown extension'],
    ['--report', 'out.svg/', 'unknown extension'],
  ])('%s %s: %s', (flag, value, why) => {
    expect(problem(flag, value)).toContain(`${flag}='${value}': ${why}`);
  });

  test.each([
    ['x y: 1', 'a name has letters that no field name has'],
    [': 1', 'a name has letters that no field name has'],
    ['x: a\r\ny: b', "--header 'x: ...': the value has letters that no field may carry"],
    ['x: \u{1f511}', "--header 'x: ...': the value has letters that no field may carry"],
    ['Connection: close', "--header 'connection: ...': that is HTTP's own"],
    ['Content-Length: 5', "--header 'content-length: ...': that is HTTP's own"],
  ])('--header %j: %s', (value, why) => {
    expect(problem('--header', value)).toContain(why);
  });

  test.each(['shop.example/healthz', 'https://', 'http://[::1', 'file:///etc/passwd', 'javascript:alert(1)'])(
    'the URL %s is none',
    (url) => {
      expect(problems('--url', url)[0]).toMatch(
        /^--url='.*': (not a URL|unknown scheme \w+)\. Expected an http or https URL/,
      );
    },
  );

  test('never shows what may be a credential', () => {
    const said = [
      problems('--url', 'https://user:s3cret@shop.example/'),
      problems('--url', 'htp://user:s3cret@shop.example/?token=s3cret'),
      problems('--url', '//user:s3cret@shop.example/?token=s3cret#s3cret'),
      problems('--url', 'user:s3cret@shop.example'),
      problems('--url', 'https:\\\\user:s3cret@shop.example'),
      problems('--url', 'https://shop.example', '--header', 'Authorization: s3cret\u{1f511}'),
      problems('--url', 'https://shop.example', '--header', 'Authorization s3cret'),
    ].flat();
    expect(said).toHaveLength(7);
    expect(said.join()).not.toContain('s3cret');
    expect(said[0]).toBe(
      "--url='https://...@shop.example/': it carries a user or a password; give those as --header 'Authorization: ...'. Expected an http or https URL such as https://shop.example/healthz.",
    );
  });

  test('that asks for help gets help', () => {
    expect(readRequest(['--rate', '0', '-h'])).toEqual({ kind: 'help' });
    expect(verifyHelp()).toContain('Exit codes: 0 no request failed, 1 some did, 2');
  });
});

test('a URL is shown without its fragment and the values of its query', () => {
  const url = new URL('https://shop.example:8443/a%20b?token=s3cret&page=1&token=other&empty#part');
  expect(shownUrl(url)).toBe('https://shop.example:8443/a%20b?token=...&page=...&empty=...');
  expect(shownUrl(new URL('http://shop.example'))).toBe('http://shop.example/');
});
