import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { imageSettings } from '../sim/image.ts';

const page = await readFile('docs/footprint.md', 'utf8');
const readme = await readFile('README.md', 'utf8');

/** The cells of the row of docs/footprint.md that begins with `name`. */
function row(name: string): readonly string[] {
  const line = page.split('\n').find((each) => each.startsWith(`| ${name} |`));
  expect(line, name).toBeDefined();
  return (line ?? '')
    .split('|')
    .map((cell) => cell.trim())
    .slice(2, -1);
}

function rss(name: string): number {
  return Number(row(name)[0]);
}

/** `128Mi` → MB of 1,024 KB, as in the tables. */
function megabytes(quantity = ''): number {
  expect(quantity).toMatch(/^\d+Mi$/);
  return Number.parseInt(quantity, 10);
}

describe('docs/footprint.md', () => {
  const highest = 'drain-wait, highest in a hold after 10,000 probe and status calls';

  test('gives a memory limit of at least 1.4 times the highest that was measured, and a request that is enough while idle', () => {
    const [limit] = row('`limits.memory`');
    const [request] = row('`requests.memory`');
    expect(megabytes(limit)).toBeGreaterThanOrEqual(1.4 * Math.max(rss(highest), rss('drain-wait, highest in a hold')));
    expect(megabytes(request)).toBeGreaterThanOrEqual(rss('drain-wait, idle'));
  });

  test('gives the requests and limits of the README', () => {
    const [, requests, limits] = /requests: (\{.*\})\n\s+limits: (\{.*?\})/.exec(readme) ?? [];
    expect(requests).toBe(`{ cpu: ${row('`requests.cpu`')[0]}, memory: ${row('`requests.memory`')[0]} }`);
    expect(limits).toBe(`{ memory: ${row('`limits.memory`')[0]} }`);
  });

  test('shows figures that keep to what was promised', () => {
    const [, , dirty] = row('drain-wait, idle');
    const bare = row('bare `node:http` with the settings of the image, idle');
    expect(rss('drain-wait, idle') / Number(bare[0])).toBeLessThanOrEqual(1.1);
    expect(Number(dirty) / Number(bare[2])).toBeLessThanOrEqual(1.25);
    expect(rss('drain-wait, highest in a hold')).toBeLessThanOrEqual(75);
    expect(rss(highest)).toBeLessThanOrEqual(90);
  });

  test('explains every setting of the image', () => {
    const { nodeFlags, env } = imageSettings([]);
    const flags = nodeFlags.filter((flag) => !/^--(allow|disable-warning)/.test(flag));
    expect([...flags, ...Object.keys(env)].filter((setting) => !page.includes(`\`${setting}`))).toEqual([]);
  });
});
