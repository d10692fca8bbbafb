import fc from 'fast-check';
import { expect } from 'vitest';

/** What the random half of each run begins with, so that a failure can be repeated: INPUTS_SEED=… npm test -- test/inputs. */
const SEED = Number(process.env['INPUTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const FIXED_SEED = 14;

/** Runs the property twice: the same cases as ever, and new ones. A failure tells its seed. */
export async function holdsFor<T>(
  inputs: fc.Arbitrary<T>,
  runs: number,
  check: (input: T) => void | Promise<void>,
): Promise<void> {
  for (const seed of [FIXED_SEED, SEED]) {
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        await check(input);
        expectCleanPrototypes();
      }),
      // Ends the search for a smaller case in time to tell the one that was found.
      { numRuns: runs, seed, interruptAfterTimeLimit: 25_000 },
    );
  }
}

/** What this process has computed meanwhile, in ms of the processor: a machine that has much else to do does not change it. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const NAMES = [Object.prototype, Array.prototype, Function.prototype].map((each) => Object.getOwnPropertyNames(each));

/** Nobody has written to what all objects share. */
function expectCleanPrototypes(): void {
  const now = [Object.prototype, Array.prototype, Function.prototype].map((each) => Object.getOwnPropertyNames(each));
  expect(now).toEqual(NAMES);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

/** Text that nobody means. */
export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\n',
    '%s%n',
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    'Infinity',
    '-1',
    '0',
    '1e999',
    '0x10',
    '٣',
    '💥',
    '\ud800',
    '‮gnp',
    'fe80::1%eth0',
    '::ffff:10.1.0.7',
    '[::1]',
    '999.999.999.999',
    '10.1.0.7\n10.1.0.8',
    '../../etc/passwd',
    '$(id) `id`',
    '<x>&lol;</x>',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer().map(String),
  fc.nat({ max: 5 }).map((power) => 'a1:.,='.charAt(power).repeat(10 ** power)),
);

/** Stands for the number `1e999`, which JSON can say and JavaScript reads as Infinity. */
const TOO_LARGE = '@1e999';

/** As it goes over the wire. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(`"${TOO_LARGE}"`, '1e999');
}

/** A value of any type that JSON has, with the names that reach for the prototype. */
export const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 65_536),
  fc.constant(TOO_LARGE),
  fc.constantFrom<unknown>(
    [],
    [null],
    [[]],
    [''],
    [{}],
    {},
    { items: [] },
    Array.from({ length: 10_000 }, () => ({})),
  ),
  fc.constant(0).map(() => hostile()),
  fc.jsonValue({ maxDepth: 3 }),
);

function hostile(): unknown {
  const object: Record<string, unknown> = { constructor: { prototype: { polluted: true } } };
  Object.defineProperty(object, '__proto__', { value: { polluted: true }, enumerable: true });
  return object;
}

/** Where something is in a value of JSON. */
type Path = readonly (string | number)[];

/** Every place in it, the whole included. */
function placesIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...at, name]))];
}

/** The value with something else in this place; `undefined` takes it out. */
function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (index === Number(first) ? replaced(item, rest, by) : item));
  return { ...(value as object), [first]: replaced((value as Record<string, unknown>)[first], rest, by) };
}

/** `original` with one to three of its places changed. */
export function spoiled(original: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(original).filter((place) => place.length > 0);
  const change = fc.record({
    place: fc.constantFrom(...places),
    by: fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 6, arbitrary: nastyValue }),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((value, { place, by }) => replacedWhereIs(value, place, by), original));
}

/** An earlier change may have taken the place away. */
function replacedWhereIs(value: unknown, place: Path, by: unknown): unknown {
  return placesIn(value).some((one) => one.join() === place.join()) ? replaced(value, place, by) : value;
}

/** `original` with one of its places holding something of another type, and not null: that is the same as nothing. */
export function mistyped(original: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(original).filter((place) => place.length > 0);
  const values = fc.constantFrom<unknown>(true, 7, 7.5, 'x'.repeat(70), ['x'], { x: 1 }, [{ x: [null] }], TOO_LARGE);
  return fc
    .record({ place: fc.constantFrom(...places), by: values })
    .filter(({ place, by }) => typeOf(by) !== typeOf(at(original, place)))
    .map(({ place, by }) => replaced(original, place, by));
}

function at(value: unknown, place: Path): unknown {
  return place.reduce((inner, name) => (inner as Record<string, unknown>)[name], value);
}

function typeOf(value: unknown): string {
  if (value === TOO_LARGE) return 'too large';
  return Array.isArray(value) ? 'list' : typeof value;
}
