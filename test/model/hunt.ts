import fc from 'fast-check';
import { brokenPromises } from './oracle.ts';
import { play } from './play.ts';
import { schedules } from './schedule.ts';
import { tell } from './tell.ts';

/** Plays so many schedules. Rejects with the shortest story that breaks a promise, as a timeline, and the seed that repeats it. */
export async function hunt(runs: number, seed?: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      const story = await play(schedule);
      const broken = brokenPromises(schedule, story);
      if (broken.length > 0) throw new Error(`${broken.join('\n')}\n${tell(schedule, story)}`);
    }),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
  );
}

// As a program, for copies of the core: node test/model/hunt.ts RUNS [SEED]
if (import.meta.main) {
  const [, , runs, seed] = process.argv;
  await hunt(Number(runs), seed === undefined ? undefined : Number(seed));
}
