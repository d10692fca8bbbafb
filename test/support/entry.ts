import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { inject } from 'vitest';
import { type ImageSettings, imageSettings } from '../../sim/image.ts';

/** The program under test: see build-once.ts. */
export const ENTRY = resolve(inject('entry'));

/** How it is started: as in the image. It may read the service accounts of the tests, and what scales its time. */
export const IMAGE: ImageSettings = imageSettings([process.cwd(), tmpdir()]);
