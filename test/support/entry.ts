import { resolve } from 'node:path';

/** The program under test. The bundled one passes the same tests: DRAIN_WAIT_ENTRY=dist/drain-wait.cjs npm test. */
export const ENTRY = resolve(process.env['DRAIN_WAIT_ENTRY'] ?? 'src/main.ts');
