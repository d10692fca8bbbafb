// Writes the program that the image carries into dist/, with what has to go with it.
import { rm } from 'node:fs/promises';
import { buildProgram } from './build/program.ts';

await rm('dist', { recursive: true, force: true });
await buildProgram('dist');
