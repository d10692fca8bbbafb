import { parentPort } from 'node:worker_threads';
import { type Job, runJob } from './job.ts';

// One job after the other, as long as the pool sends some.
parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await runJob(job)));
