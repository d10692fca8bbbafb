import type { ToolPorts } from './tool-ports.ts';

/** `drain-wait lint`. Resolves with the exit code. */
export async function lint(args: readonly string[], ports: ToolPorts): Promise<number> {
  ports.complain(`lint: not written yet ${args}\n`);
  return 2;
}
