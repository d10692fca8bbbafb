import { expect, test } from 'vitest';
import { addGroups, seeGroup } from '../../src/core/group.ts';
import { binding, health } from '../support/world.ts';

const first = { ip: '10.1.0.7', port: 8080 };
const second = { ip: '10.1.0.7', port: 9090 };

function groupWith(...addresses: readonly (typeof first)[]) {
  const [group] = addGroups([], [{ group: binding().group, addresses }]);
  if (group === undefined) throw new Error('no group');
  return group;
}

test('a target that was found while a look was under way is not missing from its answer', () => {
  const group = groupWith(first, second);
  const answer = { kind: 'health', key: group.key, tookMs: 0, asked: [first], targets: [health('healthy')] } as const;
  const seen = seeGroup(group, answer, 5_000, 5_000);
  expect(seen.failingSinceMs).toBeUndefined();
  expect(seen.targets.map(({ phase }) => phase.kind)).toEqual(['registered', 'unknown']);
});

test('a target that was asked for and is missing from the answer makes the look a failure', () => {
  const group = groupWith(first, second);
  const answer = {
    kind: 'health',
    key: group.key,
    tookMs: 0,
    asked: [first, second],
    targets: [health('healthy')],
  } as const;
  const failing = seeGroup(group, answer, 5_000, 5_000);
  expect(failing.failingSinceMs).toBe(5_000);
  expect(seeGroup(failing, answer, 9_000, 9_000).failingSinceMs).toBe(5_000);
});

test('the settle clock goes on from the first sighting when a draining target disappears', () => {
  const drained = [health('draining/Target.DeregistrationInProgress')];
  const look = { kind: 'health', key: groupWith(first).key, tookMs: 0, asked: 'all' } as const;
  const draining = seeGroup(groupWith(first), { ...look, targets: drained }, 5_000, 5_000);
  const gone = seeGroup(draining, { ...look, targets: [] }, 9_000, 9_000);
  expect(gone.targets[0]?.phase).toEqual({ kind: 'absent', sinceMs: 5_000 });
});
