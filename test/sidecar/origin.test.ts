import { expect, test } from 'vitest';
import { originOf } from '../../src/sidecar/origin.ts';

const NODE = originOf(['10.0.0.5', 'fd00:0:0::5']);

test.each([
  ['the node', '10.0.0.5', 'node'],
  ['the node, as a socket for both families tells it', '::ffff:10.0.0.5', 'node'],
  ['the IPv6 address of the node, written otherwise', 'fd00::5', 'node'],
  ['the loopback', '127.0.0.1', 'node'],
  ['the loopback of IPv6', '::1', 'node'],
  ['the loopback, as a socket for both families tells it', '::ffff:127.0.0.1', 'node'],
  ['the pod itself', '10.1.0.7', 'node'],
  ['another pod', '10.1.0.8', 'network'],
  ['another node', '10.0.0.50', 'network'],
  ['another address of IPv6', 'fd00::50', 'network'],
  ['nobody any more', undefined, 'network'],
])('a call from %s (%s) counts as from the %s', (_, remoteAddress, origin) => {
  expect(NODE({ localAddress: '10.1.0.7', remoteAddress })).toBe(origin);
});

test('without a known node every call counts as its own', () => {
  expect(originOf(undefined)({ localAddress: '10.1.0.7', remoteAddress: '10.1.0.8' })).toBe('node');
});
