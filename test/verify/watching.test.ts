import { beforeEach, describe, expect, test } from 'vitest';
import { type VirtualClock, virtualClock } from '../../sim/virtual-clock.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { SeenEvent } from '../../src/core/seen-event.ts';
import { endOnSignal } from '../../src/verify/end-on-signal.ts';
import { watchHolds } from '../../src/verify/hold-watch.ts';
import { say, startLiveDisplay } from '../../src/verify/live-display.ts';
import { eventAt, STARTED_AT } from './support.ts';

const SPAN = { startedAtMs: STARTED_AT, lengthMs: 60_000 };
const FORBIDDEN = new ApiError('denied', 'list events.events.k8s.io', 'HTTP 403');
const FORBIDDEN_WORDS =
  'The Events of namespace shop cannot be read: forbidden. Whoever runs verify needs the rule { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["list"] } there.';

let clock: VirtualClock;

beforeEach(() => {
  clock = virtualClock();
});

describe('holds', () => {
  /** Each look finds the next of these. */
  function watch(looks: readonly (readonly SeenEvent[] | Error)[]) {
    const problems: string[] = [];
    let looked = 0;
    const watching = watchHolds({
      namespace: 'shop',
      clock,
      onProblem: (problem) => problems.push(problem),
      async readEvents(namespace, signal) {
        expect(namespace).toBe('shop');
        signal.throwIfAborted();
        const found = looks[looked] ?? [];
        looked += 1;
        if (found instanceof Error) throw found;
        return found;
      },
    });
    return { ...watching, problems, looks: () => looked };
  }

  test('are looked for at once, every ten seconds and at the end, and never after it', async () => {
    const { looks, finish } = watch([]);
    await clock.advance(0);
    expect(looks()).toBe(1);
    await clock.advance(25_000);
    expect(looks()).toBe(3);
    await finish(SPAN);
    expect(looks()).toBe(4);
    await clock.advance(60_000);
    expect(looks()).toBe(4);
  });

  test('stay known when the cluster has forgotten their Events', async () => {
    const [began, ended] = [eventAt(1, 'DrainWaitHolding'), eventAt(20, 'DrainWaitDrained')];
    const { seen, finish } = watch([[began], [began, ended], []]);
    await clock.advance(5_000);
    expect(seen(SPAN).holds).toMatchObject([{ startedAtMs: 1_000, endedAtMs: undefined }]);
    await clock.advance(10_000);
    expect(await finish(SPAN)).toMatchObject({
      holds: [{ startedAtMs: 1_000, endedAtMs: 20_000 }],
      problem: undefined,
    });
  });

  test('that cannot be read are told once, with the rule that is missing, and again at the end', async () => {
    const { problems, finish } = watch(Array(9).fill(FORBIDDEN));
    await clock.advance(30_000);
    expect(problems).toEqual([FORBIDDEN_WORDS]);
    expect(await finish(SPAN)).toEqual({ holds: [], notices: [], problem: FORBIDDEN_WORDS });
    expect(problems).toEqual([FORBIDDEN_WORDS]);
  });

  test('that can be read in the end have no problem', async () => {
    const { problems, finish } = watch([new ApiError('unreachable', 'list events.events.k8s.io', 'no route'), []]);
    await clock.advance(0);
    expect(problems).toEqual(['The Events of namespace shop cannot be read: list events.events.k8s.io: no route.']);
    expect(await finish(SPAN)).toMatchObject({ problem: undefined });
  });

  test('whose last look but one is cut off by the end have no problem', async () => {
    let calls = 0;
    const problems: string[] = [];
    const { finish } = watchHolds({
      namespace: 'shop',
      clock,
      onProblem: (problem) => problems.push(problem),
      async readEvents(_, signal) {
        calls += 1;
        if (calls === 1) await new Promise((_, reject) => signal.addEventListener('abort', reject));
        return [];
      },
    });
    await clock.advance(3_000);
    expect(await finish(SPAN)).toMatchObject({ problem: undefined });
    expect(problems).toEqual([]);
  });
});

describe('the live line', () => {
  function display(columns: number | undefined) {
    let said = '';
    let count = 0;
    const ports = {
      clock,
      complain: (text: string) => {
        said += text;
      },
      liveColumns: () => columns,
    };
    const stop = startLiveDisplay(() => {
      count += 1;
      return `line ${count} of a run`;
    }, ports);
    return { stop, say: (text: string) => say(text, ports), said: () => said };
  }

  test('is drawn again in place every second in a terminal, never wider than that, and goes at the end', async () => {
    const { said, stop } = display(8);
    await clock.advance(2_500);
    expect(said()).toBe('\r\u001b[Kline 1 \r\u001b[Kline 2 ');
    stop();
    expect(said().endsWith('\r\u001b[K')).toBe(true);
    const then = said();
    await clock.advance(10_000);
    expect(said()).toBe(then);
  });

  test('is a line every ten seconds elsewhere', async () => {
    const { said, stop } = display(undefined);
    await clock.advance(29_000);
    stop();
    await clock.advance(20_000);
    expect(said()).toBe('line 1 of a run\nline 2 of a run\n');
  });

  test('makes room for what is to stay', async () => {
    const terminal = display(80);
    await clock.advance(1_000);
    terminal.say('that went wrong');
    expect(terminal.said()).toBe('\r\u001b[Kline 1 of a run\r\u001b[Kthat went wrong\n');
    const file = display(undefined);
    file.say('that went wrong');
    expect(file.said()).toBe('that went wrong\n');
  });
});

describe('Ctrl-C', () => {
  function start() {
    const listeners = new Set<() => void>();
    const exits: number[] = [];
    let told = 0;
    const ending = endOnSignal(
      {
        clock,
        exit: (code) => exits.push(code),
        onSignal(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
      () => {
        told += 1;
      },
    );
    const press = () => {
      for (const listener of listeners) listener();
    };
    return { ...ending, exits, told: () => told, press, listeners };
  }

  test('ends the run, and once more the process', async () => {
    const { ended, press, exits, told } = start();
    expect(ended.aborted).toBe(false);
    press();
    expect(ended.aborted).toBe(true);
    await clock.advance(501);
    expect(exits).toEqual([]);
    press();
    expect(exits).toEqual([130]);
    expect(told()).toBe(1);
  });

  test('that npm and a launcher pass on as well is one', async () => {
    const { press, exits, told } = start();
    press();
    press();
    await clock.advance(500);
    press();
    expect(exits).toEqual([]);
    expect(told()).toBe(1);
  });

  test('is left to the process afterwards', () => {
    const { dispose, listeners } = start();
    expect(listeners.size).toBe(1);
    dispose();
    expect(listeners.size).toBe(0);
  });
});
