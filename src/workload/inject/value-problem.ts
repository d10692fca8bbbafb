import { parseValue } from '../../settings.ts';

/** What is wrong with a value in the words of every setting; undefined where nothing is. */
export function valueProblem(...given: Parameters<typeof parseValue>): string | undefined {
  try {
    parseValue(...given);
    return undefined;
  } catch (error) {
    return (error as RangeError).message;
  }
}
