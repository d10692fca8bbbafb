/** Runs a program to its end. Resolves with its standard output; rejects with its last words where it fails. */
export type Run = (command: string, args: readonly string[]) => Promise<string>;
