/** A file of manifests as it is. */
export interface SourceFile {
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

/** How files are read: as the process edge does it. */
interface Ports {
  readonly readStandardInput: () => Promise<string>;
  readonly readFile: (path: string) => Promise<string>;
  readonly listFiles: (path: string) => Promise<readonly string[]>;
}

interface Sources {
  readonly sources: readonly SourceFile[];
  /** What could not be read, and why. */
  readonly problems: readonly string[];
}

/** The files at paths, and those below folders; `-` is the standard input. Never rejects. */
export async function readSources(paths: readonly string[], ports: Ports): Promise<Sources> {
  const sources: SourceFile[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    try {
      sources.push(...(await readSource(path, ports)));
    } catch (error) {
      problems.push(`${path}: ${whyUnreadable(error)}`);
    }
  }
  return { sources, problems };
}

async function readSource(path: string, ports: Ports): Promise<readonly SourceFile[]> {
  if (path === '-') return [{ file: 'stdin', text: await ports.readStandardInput() }];
  const files = await ports.listFiles(path);
  if (files.length === 0) throw new Error('no .yaml, .yml or .json file is in it');
  return Promise.all(files.map(async (file) => ({ file, text: await ports.readFile(file) })));
}

/** The image lets Node read nothing but the program and the secrets. */
function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ERR_ACCESS_DENIED':
      return 'in the image no file can be read. Give it to the standard input, with < FILE';
    case 'ENOENT':
      return 'no such file or folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
