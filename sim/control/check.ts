/** What the control API will not do: the HTTP status, and for each problem what is wrong and what would be right. */
export class Refusal extends Error {
  readonly status: number;
  readonly problems: readonly string[];

  constructor(status: number, ...problems: readonly string[]) {
    super(problems.join('\n'));
    this.status = status;
    this.problems = problems;
  }
}

/** The problems of a value from outside, none where it is right; `path` says where it stands. */
export type Check = (value: unknown, path: string) => readonly string[];

/** The value, of which `check` found that it is a T; throws a Refusal (400) with all problems. */
export function read<T>(check: Check, value: unknown, path = 'body'): T {
  const problems = check(value, path);
  if (problems.length > 0) throw new Refusal(400, ...problems);
  return value as T;
}

function wrong(value: unknown, path: string, expects: string): readonly string[] {
  return [
    value === undefined ? `${path} is missing. Expected ${expects}.` : `${path}: ${show(value)}. Expected ${expects}.`,
  ];
}

function single(expects: string, fits: (value: unknown) => boolean): Check {
  return (value, path) => (fits(value) ? [] : wrong(value, path, expects));
}

export function number(expects: string, least: number, most = Number.POSITIVE_INFINITY): Check {
  return single(expects, (value) => typeof value === 'number' && value >= least && value <= most);
}

export const text = single('a text', (value) => typeof value === 'string' && value !== '');
export const anyText = single('a text, which may be empty', (value) => typeof value === 'string');
export const flag = single('true or false', (value) => typeof value === 'boolean');
export const milliseconds = number('simulated milliseconds, at least 0', 0);
export const seconds = number('seconds, at least 0', 0);
export const port = number('a port from 1 to 65535', 1, 65_535);

export function oneOf(...choices: readonly string[]): Check {
  return single(choices.join(' or '), (value) => choices.some((choice) => choice === value));
}

export function optional(check: Check): Check {
  return (value, path) => (value === undefined ? [] : check(value, path));
}

/** Right where one of `checks` finds nothing; else the value should be as `expects` says. */
export function either(expects: string, ...checks: readonly Check[]): Check {
  return single(expects, (value) => checks.some((check) => check(value, '').length === 0));
}

export function listOf(check: Check): Check {
  return (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => check(item, `${path}[${index}]`))
      : wrong(value, path, 'a list');
}

export function mapOf(check: Check): Check {
  return (value, path) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => check(item, `${path}.${name}`))
      : wrong(value, path, 'an object');
}

/** An object of which only these fields are looked at. */
export function partly(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields);
  return (value, path) =>
    isObject(value)
      ? checks.flatMap(([name, check]) => check(value[name], `${path}.${name}`))
      : wrong(value, path, `an object with ${Object.keys(fields).join(', ')}`);
}

/** An object with exactly the fields of a T. */
export function object<T>(fields: { readonly [Name in keyof T]-?: Check }): Check {
  const names = Object.keys(fields);
  const known = partly(fields);
  return (value, path) => {
    const others = isObject(value) ? Object.keys(value).filter((name) => !names.includes(name)) : [];
    const strange = others.map((name) => `${path}.${name}: there is no such field. Expected ${names.join(', ')}.`);
    return [...known(value, path), ...strange];
  };
}

/** One of several kinds of object, told apart by the field `kind`. */
export function ofKind<Kind extends string>(checks: Readonly<Record<Kind, Check>>): Check {
  const kinds = new Map<unknown, Check>(Object.entries(checks));
  return (value, path) => {
    if (!isObject(value)) return wrong(value, path, 'an object with kind');
    return (
      kinds.get(value['kind'])?.(value, path) ?? wrong(value['kind'], `${path}.kind`, [...kinds.keys()].join(' or '))
    );
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
