import { test } from 'vitest';
import { hunt } from './hunt.ts';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 2_000);

test('no schedule breaks a promise', () => hunt(RUNS), 600_000);
