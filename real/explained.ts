/** Runs a command to its exit code. What it throws is for its user: the message alone, and exit code 1. */
export async function explained(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
