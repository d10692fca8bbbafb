import { expect, test } from 'vitest';
import { virtualClock } from '../../sim/virtual-clock.ts';
import { misconfigured, type PodEvent } from '../../src/core/pod-event.ts';
import { createEventWriter } from '../../src/telemetry/pod-events.ts';
import { failure, POD } from '../support/world.ts';

function writer(write: (event: PodEvent) => Promise<void>) {
  const clock = virtualClock();
  const warnings: string[] = [];
  const say = (_: unknown, message: string) => void warnings.push(message);
  const events = createEventWriter(
    { write: (_, event) => write(event) },
    { debug: say, info: say, warn: say, error: say },
    clock,
  );
  return { clock, warnings, write: () => events.write(POD, misconfigured(['x'])), flushed: events.flushed };
}

test('25 Events are written at once, and then one in five minutes', async () => {
  let written = 0;
  const { write, clock } = writer(async () => {
    written += 1;
  });
  for (let count = 0; count < 100; count += 1) write();
  expect(written).toBe(25);
  await clock.advance(299_000);
  write();
  expect(written).toBe(25);
  await clock.advance(1_000);
  for (let count = 0; count < 3; count += 1) write();
  expect(written).toBe(26);
  await clock.advance(86_400_000);
  for (let count = 0; count < 100; count += 1) write();
  expect(written).toBe(51);
});

test('one that cannot be written is told of once, however many follow', async () => {
  const { write, warnings, flushed } = writer(() => Promise.reject(failure('denied')));
  for (let count = 0; count < 3; count += 1) write();
  await flushed();
  expect(warnings).toEqual(['Kubernetes Event could not be written']);
});
