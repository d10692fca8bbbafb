/** What is wrong with a value in the words of every setting; undefined where nothing is. */
export function valueProblem(
  source: string,
  value: string,
  { expects, parse }: { readonly expects: string; readonly parse: (value: string) => unknown },
): string | undefined {
  try {
    parse(value);
    return undefined;
  } catch (error) {
    const why = error instanceof RangeError ? error.message : String(error);
    return `${source}='${value}': ${why}. Expected ${expects}.`;
  }
}
