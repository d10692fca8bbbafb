import { describe, expect, test } from 'vitest';
import { REASONS } from '../../src/core/outcome.ts';
import { POD_EVENTS } from '../../src/core/pod-event.ts';
import type { SeenEvent } from '../../src/core/seen-event.ts';
import { holdsIn } from '../../src/verify/holds.ts';
import { printable } from '../../src/verify/printable.ts';
import { eventAt, STARTED_AT } from './support.ts';

const HOLDING = POD_EVENTS.holding.reason;
const DRAINED = REASONS.drained.event.reason;

/** Those of a run of a minute, as `pod from-to`. */
function brief(events: readonly SeenEvent[]): readonly string[] {
  const { holds } = holdsIn({ startedAtMs: STARTED_AT, lengthMs: 60_000 }, events);
  return holds.map(({ pod, startedAtMs, endedAtMs }) => `${pod} ${startedAtMs ?? '?'}-${endedAtMs ?? '?'}`);
}

function of(name: string): Partial<SeenEvent> {
  return { pod: { name, uid: `uid of ${name}` } };
}

describe('holds', () => {
  test('go from one Event of a pod to the next, in whatever order they are listed', () => {
    const events = [
      eventAt(41, DRAINED, of('web-2')),
      eventAt(5, HOLDING, of('web-1')),
      eventAt(30.5, DRAINED, of('web-1')),
      eventAt(16, HOLDING, of('web-2')),
    ];
    expect(brief(events)).toEqual(['web-1 5000-30500', 'web-2 16000-41000']);
  });

  test('tell the reason and the words of their end', () => {
    const deadline = { type: 'Warning', note: 'Held SIGTERM for 48 s' };
    const events = [eventAt(1, HOLDING), eventAt(49, REASONS.deadline.event.reason, deadline)];
    expect(holdsIn({ startedAtMs: STARTED_AT, lengthMs: 60_000 }, events).holds).toEqual([
      {
        pod: 'web-1',
        startedAtMs: 1_000,
        endedAtMs: 49_000,
        reason: 'DrainWaitDeadline',
        warning: true,
        note: 'Held SIGTERM for 48 s',
      },
    ]);
  });

  test.each([POD_EVENTS.cutShort.reason, ...Object.values(REASONS).flatMap(({ event }) => event?.reason ?? [])])(
    'end with %s',
    (reason) => {
      expect(brief([eventAt(1, HOLDING), eventAt(9, reason)])).toEqual(['web-1 1000-9000']);
    },
  );

  test('may go on, or may have begun before', () => {
    expect(brief([eventAt(50, HOLDING)])).toEqual(['web-1 50000-?']);
    expect(brief([eventAt(-20, HOLDING), eventAt(5, DRAINED)])).toEqual(['web-1 -20000-5000']);
    expect(brief([eventAt(-20, HOLDING)])).toEqual(['web-1 -20000-?']);
    expect(brief([eventAt(-20, HOLDING), eventAt(90, DRAINED)])).toEqual(['web-1 -20000-90000']);
  });

  test('that were over before, began after, or have no end since long ago, are left out', () => {
    expect(brief([eventAt(-20, HOLDING), eventAt(-1, DRAINED)])).toEqual([]);
    expect(brief([eventAt(61, HOLDING), eventAt(70, DRAINED)])).toEqual([]);
    expect(brief([eventAt(-901, HOLDING)])).toEqual([]);
  });

  test('whose start was not seen, have none', () => {
    expect(brief([eventAt(7, DRAINED)])).toEqual(['web-1 ?-7000']);
    expect(brief([eventAt(-7, DRAINED)])).toEqual([]);
    expect(brief([eventAt(67, DRAINED)])).toEqual([]);
  });

  test('of a pod whose sidecar began again without an end are two', () => {
    expect(brief([eventAt(1, HOLDING), eventAt(5, HOLDING), eventAt(9, DRAINED)])).toEqual([
      'web-1 1000-?',
      'web-1 5000-9000',
    ]);
  });

  test('of a pod and its successor of the same name are two', () => {
    const second = { pod: { name: 'web-1', uid: 'uid-2' } };
    const events = [
      eventAt(1, HOLDING),
      eventAt(5, HOLDING, second),
      eventAt(9, DRAINED),
      eventAt(12, DRAINED, second),
    ];
    expect(brief(events)).toEqual(['web-1 1000-9000', 'web-1 5000-12000']);
  });

  test('are not made of Events of another version', () => {
    expect(brief([eventAt(1, 'DrainWaitPondering'), eventAt(2, POD_EVENTS.misconfigured.reason)])).toEqual([]);
  });
});

test('warnings of sidecars are those in the time of the run', () => {
  const warning = (second: number) =>
    eventAt(second, POD_EVENTS.misconfigured.reason, { type: 'Warning', note: `no hook, ${second}` });
  const { notices } = holdsIn({ startedAtMs: STARTED_AT, lengthMs: 60_000 }, [warning(-1), warning(3), warning(61)]);
  expect(notices).toEqual([{ pod: 'web-1', atMs: 3_000, note: 'no hook, 3' }]);
});

test('texts of Events cannot steer a terminal', () => {
  const evil = 'a\u001b[2Jb\r\nc\u001b]0;title\u0007d\u202ee\u0000f\ud800g';
  const { holds } = holdsIn({ startedAtMs: STARTED_AT, lengthMs: 60_000 }, [
    eventAt(1, HOLDING, { pod: { name: evil, uid: 'uid' }, note: evil }),
  ]);
  expect(holds[0]).toMatchObject({ pod: printable(evil), note: printable(evil) });
  expect(printable(evil)).toBe('ab cd e f g');
  expect(printable('k8s-shop (ALB): 3,9 s – “ä” 🎉')).toBe('k8s-shop (ALB): 3,9 s – “ä” 🎉');
});
