/** Which statuses are no failure. */
export interface Expectation {
  /** As the user wrote it. */
  readonly text: string;
  readonly isMet: (status: number) => boolean;
}

/** `200`, `2xx`, `1xx-4xx`, and several of them with commas between. Throws a RangeError with what is wrong. */
export function readExpectation(text: string): Expectation {
  const ranges = text.split(',').map((part) => readRange(part.trim()));
  return { text, isMet: (status) => ranges.some(([least, most]) => status >= least && status <= most) };
}

function readRange(text: string): readonly [least: number, most: number] {
  const [, from = '', to = from] = /^([1-5](?:\d\d|xx))(?:-([1-5](?:\d\d|xx)))?$/.exec(text) ?? [];
  if (from === '') throw new RangeError(`'${text}' is no status`);
  const range = [Number(from.replace('xx', '00')), Number(to.replace('xx', '99'))] as const;
  if (range[0] > range[1]) throw new RangeError(`'${text}' ends before it begins`);
  return range;
}
