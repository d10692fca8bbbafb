import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FleetFigures } from './figures.ts';
import type { Job } from './job.ts';

/** Runs the jobs on all processors; the figures come back in the order of the jobs. `done` is told how many are finished. */
export async function runJobs(
  jobs: readonly Job[],
  done: (finished: number) => void,
): Promise<readonly FleetFigures[]> {
  const figures: FleetFigures[] = [];
  let next = 0;
  let finished = 0;

  async function work(): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (let index = next++; index < jobs.length; index = next++) {
        worker.postMessage(jobs[index]);
        // Rejects where the worker fails.
        const [result] = await once(worker, 'message');
        figures[index] = result;
        finished += 1;
        done(finished);
      }
    } finally {
      await worker.terminate();
    }
  }

  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, work));
  return figures;
}
