import { findOnPath } from '../scripts/on-path.ts';
import { runTool } from '../scripts/tool.ts';
import { findProgram } from './node/programs.ts';

/** kubectl against one cluster. Resolves with its standard output; rejects with its last words. `input` is for `-f -`. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** The one of the real node, else that of the PATH. @throws where there is none. */
export async function createKubectl(kubeconfig: string, signal = new AbortController().signal): Promise<Kubectl> {
  const program = (await findProgram('kubectl')) ?? (await findOnPath('kubectl'));
  if (program === undefined) throw new Error('There is no kubectl: npm run cluster -- up builds one');
  return (args, input) =>
    runTool(program, [`--kubeconfig=${kubeconfig}`, ...args], { signal, ...(input === undefined ? {} : { input }) });
}
