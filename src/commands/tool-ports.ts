/** The world as the process edge hands it to a command that works on manifests. */
export interface ToolPorts {
  /** Of drain-wait. */
  readonly version: string;
  readonly readStandardInput: () => Promise<string>;
  /** Rejects where it cannot be read. */
  readonly readFile: (path: string) => Promise<string>;
  /** The file itself, or the YAML and JSON files below a folder, in order. Rejects where there is nothing. */
  readonly listFiles: (path: string) => Promise<readonly string[]>;
  /** To the standard output, as it is. */
  readonly print: (text: string) => void;
  /** To the standard error, as it is. */
  readonly complain: (text: string) => void;
}
