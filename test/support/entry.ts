import { resolve } from 'node:path';
import { inject } from 'vitest';

/** The program under test: see build-once.ts. */
export const ENTRY = resolve(inject('entry'));
