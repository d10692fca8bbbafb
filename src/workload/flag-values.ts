import { duration } from '../settings.ts';

/** In ms. @throws where it is no duration. */
export function durationOf(flag: string, text: string): number {
  try {
    return duration(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new RangeError(`--${flag}='${text}': ${why}. Expected a duration such as 20s.`);
  }
}

/** @throws where it is none of these. */
export function oneOf<Choice extends string>(flag: string, choices: readonly Choice[], text: string): Choice {
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw new RangeError(`--${flag}='${text}': unknown. Expected ${choices.join(', ')}.`);
  return choice;
}
