import { endOnSignal } from './end-on-signal.ts';
import { type HoldWatch, watchHolds } from './hold-watch.ts';
import { say, startLiveDisplay } from './live-display.ts';
import type { VerifyPorts } from './ports.ts';
import { createRecord } from './record.ts';
import { liveLine } from './report/live.ts';
import type { VerifyRequest } from './request.ts';
import type { Run } from './run.ts';
import { createClient } from './send/client.ts';
import { startSending } from './send/sender.ts';
import { count, minutes } from './words.ts';

/** Sends the requests, shows how it goes, and gives what has been seen. */
export async function carryOut(request: VerifyRequest, ports: VerifyPorts): Promise<Run> {
  const { clock, version } = ports;
  const { durationMs } = request;
  const record = createRecord();
  const client = createClient(request, version);
  const watch = await startWatch(request, ports);
  const startedAtMs = ports.unixNow();
  const startedAt = clock.now();
  let lengthMs: number | undefined;
  const span = () => ({ startedAtMs, lengthMs: lengthMs ?? Math.min(durationMs, clock.now() - startedAt) });

  const stopDisplay = startLiveDisplay(
    () =>
      liveLine({
        nowMs: span().lengthMs,
        durationMs,
        seconds: record.seconds,
        waiting: sending.waiting,
        holding: watch?.seen(span()).holds.filter(({ endedAtMs }) => endedAtMs === undefined).length,
      }),
    ports,
  );
  const { ended, dispose } = endOnSignal(ports, () => {
    lengthMs = span().lengthMs;
    const waiting = `Answers to come: ${count(sending.waiting)}`;
    say(`Ending. ${waiting}; Ctrl-C once more does not wait for them.`, ports);
  });
  say(`${plan(request)}. Roll out now; Ctrl-C ends it early.`, ports);
  const sending = startSending({
    ...request,
    clock,
    ask: client.ask,
    isGood: request.expected.isMet,
    record,
    signal: ended,
  });
  await sending.done;
  lengthMs ??= durationMs;
  stopDisplay();
  client.close();
  const seen = await watch?.finish(span());
  dispose();
  const endedEarly = ended.aborted && span().lengthMs < durationMs;
  return { version, request, ...span(), endedEarly, record, seen };
}

/** Looks for holds from now on. What that has to load would hold up the first requests, so they are sent afterwards. */
async function startWatch({ namespace }: VerifyRequest, ports: VerifyPorts): Promise<HoldWatch | undefined> {
  if (namespace === undefined) return undefined;
  const watch = watchHolds({ ...ports, namespace, onProblem: (problem) => say(problem, ports) });
  await watch.ready;
  return watch;
}

function plan({ ratePerSecond, durationMs }: VerifyRequest): string {
  return `Sending ${count(ratePerSecond)} requests a second for ${minutes(durationMs)}`;
}
