import { describe, expect, test } from 'vitest';
import { readOptions } from '../../scripts/image/options.ts';
import { hostPlatform } from '../../scripts/image/platform.ts';

describe('readOptions()', () => {
  test('needs no registry by default', () => {
    expect(readOptions([])).toEqual({
      base: { kind: 'local' },
      buildImage: { kind: 'local' },
      platform: hostPlatform(),
    });
  });

  test('takes what is not named from a registry with --registry', () => {
    expect(readOptions(['--registry', '--base', 'mine', '--platform', 'linux/arm64'])).toEqual({
      base: { kind: 'named', name: 'mine' },
      buildImage: { kind: 'default' },
      platform: 'linux/arm64',
    });
  });

  test('says what is wrong', () => {
    expect(() => readOptions(['--platform', 'linux/s390x'])).toThrow(
      '--platform must be linux/amd64 or linux/arm64: it is linux/s390x',
    );
    expect(() => readOptions(['--bass', 'mine'])).toThrow("Unknown option '--bass'");
  });

  test('is undefined where help is asked for', () => {
    expect(readOptions(['--help'])).toBeUndefined();
  });
});
