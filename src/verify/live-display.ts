import type { VerifyPorts } from './ports.ts';

/** In a terminal it is drawn again in place, elsewhere it is one more line. */
const REDRAW_MS = 1_000;
const LINE_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

export type LivePorts = Pick<VerifyPorts, 'complain' | 'liveColumns' | 'clock'>;

/** Says something that stays, in place of the line that is there. */
export function say(text: string, { complain, liveColumns }: Omit<LivePorts, 'clock'>): void {
  complain(`${liveColumns() === undefined ? '' : CLEAR_LINE}${text}\n`);
}

/** Shows a line on the standard error again and again. Returns the function that stops it, and takes the line away. */
export function startLiveDisplay(line: () => string, { clock, complain, liveColumns }: LivePorts): () => void {
  const over = new AbortController();

  function show(): void {
    const columns = liveColumns();
    if (columns === undefined) complain(`${line()}\n`);
    // A line that is as long as the terminal is wide would wrap.
    else complain(`${CLEAR_LINE}${line().slice(0, columns - 1)}`);
  }

  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      await clock.sleep(liveColumns() === undefined ? LINE_MS : REDRAW_MS, over.signal);
      if (!over.signal.aborted) show();
    }
  }

  void run();
  return () => {
    over.abort();
    if (liveColumns() !== undefined) complain(CLEAR_LINE);
  };
}
