/** A line that a container printed. */
export interface PrintedLine {
  /** When, in ms of the timeline. */
  readonly atMs: number;
  readonly text: string;
  /** What a line of JSON says; empty for any other. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Printer {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
}

/** What the containers of all pods have printed. `pod` is a name, `namespace/name`, or the UID, for a name that is used again. */
export interface PrintedLines {
  add(printer: Printer, line: PrintedLine): void;
  lines(pod: string, container: string): readonly PrintedLine[];
  /** Resolves with the first line with this message, one that has been printed already, too. */
  logged(pod: string, container: string, msg: string): Promise<PrintedLine>;
}

interface Entry {
  readonly printer: Printer;
  readonly line: PrintedLine;
}

export function createPrintedLines(): PrintedLines {
  const entries: Entry[] = [];
  const waiting = new Set<(entry: Entry) => void>();

  function lines(pod: string, container: string): readonly PrintedLine[] {
    return entries.filter(({ printer }) => isOf(printer, pod, container)).map(({ line }) => line);
  }

  return {
    lines,
    add(printer, line) {
      const entry = { printer, line };
      entries.push(entry);
      for (const tell of [...waiting]) tell(entry);
    },
    logged(pod, container, msg) {
      const known = lines(pod, container).find(({ fields }) => fields['msg'] === msg);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        waiting.add(function tell({ printer, line }) {
          if (line.fields['msg'] !== msg || !isOf(printer, pod, container)) return;
          waiting.delete(tell);
          resolve(line);
        });
      });
    },
  };
}

function isOf({ namespace, pod, uid, container }: Printer, asked: string, askedContainer: string): boolean {
  return container === askedContainer && [pod, `${namespace}/${pod}`, uid].includes(asked);
}

/** The object in a line of JSON; empty for any other line. */
export function parseFields(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return {};
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
