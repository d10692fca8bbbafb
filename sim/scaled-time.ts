// Makes a whole process live faster: `SIM_SPEED=10 node --import ./sim/scaled-time.ts src/main.ts` takes a tenth of the real
// time for every timer and reads a monotonic clock that runs ten times as fast. The program itself is the unchanged one.
// Its wall clock keeps the pace of the real one, but may be wrong: by as many ms as the file SIM_CLOCK_OFFSET_FILE says, which is
// read at the start and at each SIGUSR2. Absent: it is right.
import { readFileSync } from 'node:fs';

const speed = Number(process.env['SIM_SPEED'] ?? 1);
if (!(speed > 0))
  throw new RangeError(`SIM_SPEED must be a positive number: current value is ${process.env['SIM_SPEED']}`);

const realNow = performance.now.bind(performance);
const realSetTimeout = globalThis.setTimeout;
const realSetInterval = globalThis.setInterval;

performance.now = () => realNow() * speed;
globalThis.setTimeout = Object.assign(
  (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => realSetTimeout(callback, ms / speed, ...args),
  realSetTimeout,
) as typeof setTimeout;
globalThis.setInterval = ((callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
  realSetInterval(callback, ms / speed, ...args)) as typeof setInterval;

const offsetFile = process.env['SIM_CLOCK_OFFSET_FILE'];
if (offsetFile !== undefined) shiftWallClock(offsetFile);

function shiftWallClock(file: string): void {
  const RealDate = globalThis.Date;
  const readOffset = () => Number(readFileSync(file, 'utf8'));
  let offsetMs = readOffset();
  process.on('SIGUSR2', () => {
    offsetMs = readOffset();
  });
  class ShiftedDate extends RealDate {
    constructor(...given: [] | [number | string | Date]) {
      super(...((given.length === 0 ? [ShiftedDate.now()] : given) as [number]));
    }

    static override now(): number {
      return RealDate.now() + offsetMs;
    }
  }
  globalThis.Date = ShiftedDate as DateConstructor;
}
