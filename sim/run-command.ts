/**
 * Reads the arguments of a command and runs it. `read` is undefined where help is asked for, and throws with what is wrong.
 * Resolves with the exit code: 2 where the arguments are wrong.
 */
export async function runCommand<Options>(
  help: string,
  read: () => Options | undefined,
  run: (options: Options) => Promise<number>,
): Promise<number> {
  let options: Options | undefined;
  try {
    options = read();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${help}`);
    return 2;
  }
  if (options !== undefined) return await run(options);
  console.log(help);
  return 0;
}
