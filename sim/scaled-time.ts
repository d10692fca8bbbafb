// Makes a whole process live faster: `SIM_SPEED=10 node --import ./sim/scaled-time.ts src/main.ts` takes a tenth of the real
// time for every timer and reads a monotonic clock that runs ten times as fast. The program itself is the unchanged one.

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
