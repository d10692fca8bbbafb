import { type FileResult, injectFile } from '../workload/inject/files.ts';
import { injectHelp } from '../workload/inject/help.ts';
import type { InjectOptions } from '../workload/inject/options.ts';
import { joinFiles, unifiedDiff } from '../workload/inject/output.ts';
import { readRequest } from '../workload/inject/request.ts';
import { readSources } from '../workload/read-sources.ts';
import { EXIT } from './help.ts';
import type { ToolPorts } from './tool-ports.ts';

/** `drain-wait inject`. Resolves with the exit code. Where anything is wrong, nothing is printed: what follows in a pipe must not run on half of it. */
export async function inject(args: readonly string[], ports: ToolPorts): Promise<number> {
  const request = readRequest(args, ports.version);
  switch (request.kind) {
    case 'help':
      ports.print(injectHelp());
      return 0;
    case 'misuse':
      ports.complain(problemList('Wrong flags', request.problems));
      return EXIT.misuse;
    case 'inject':
      return injectSources(request, ports);
    default:
      return request satisfies never;
  }
}

type Request = Extract<ReturnType<typeof readRequest>, { readonly kind: 'inject' }>;

async function injectSources({ paths, options, diff, quiet }: Request, ports: ToolPorts): Promise<number> {
  const { sources, problems: unread } = await readSources(paths, ports);
  const results = sources.map((source) => injectFile(source, options));
  const problems = [...unread, ...results.flatMap((result) => result.problems)];
  const allProblems = problems.length > 0 ? problems : unknownContainers(results, options);
  if (allProblems.length > 0) {
    ports.complain(problemList('Nothing was injected', allProblems));
    return EXIT.failure;
  }
  const texts = results.map(({ text }) => text);
  const patches = results.map(({ file, text }, index) => unifiedDiff(file, sources[index]?.text ?? '', text));
  ports.print(diff ? patches.join('') : joinFiles(texts));
  if (!quiet) ports.complain(notesOf(results));
  return 0;
}

function unknownContainers(results: readonly FileResult[], { containers }: InjectOptions): readonly string[] {
  const names = [...new Set(results.flatMap(({ containerNames }) => containerNames))];
  const known = names.length === 0 ? 'There is no container at all' : `There are ${names.join(', ')}`;
  return containers
    .filter((name) => !names.includes(name))
    .map((name) => `--container='${name}': no pod has such a container. ${known}.`);
}

function notesOf(results: readonly FileResult[]): string {
  const notes = results.flatMap((result) => result.notes);
  return notes.length === 0 ? 'No pods to inject into.\n' : notes.map((note) => `${note}\n`).join('');
}

function problemList(title: string, problems: readonly string[]): string {
  return `drain-wait inject: ${title}.\n${problems.map((each) => `  - ${each}\n`).join('')}`;
}
