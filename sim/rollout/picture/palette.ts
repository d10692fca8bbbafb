import { FAILURE_COLORS, FONT } from '../../../src/verify/report/palette.ts';

export { FONT };
export const BLACK = '#1b1f24';
export const GRAY = '#59636e';
export const PALE = '#d8dee4';
export const RED = '#c4261d';
export const GREEN = '#00725a';

// Light and dark as well as coloured, so that whoever sees few colours can tell them apart.
export const PHASES = {
  hold: { label: 'not yet deregistered', color: '#a9d3f2' },
  settle: { label: 'deregistered, still held', color: '#3d8fd1' },
  shutdown: { label: 'after SIGTERM', color: '#c3c8ce' },
} as const;
export const ROUTES = {
  before: { label: 'routes to it', color: BLACK },
  after: { label: 'still routes to it after SIGTERM', color: RED },
} as const;
export const WHYS = {
  'HTTP 502': { label: 'HTTP 502', color: FAILURE_COLORS['HTTP 502'] },
  'HTTP 504': { label: 'HTTP 504', color: FAILURE_COLORS['HTTP 504'] },
  other: { label: 'other', color: BLACK },
} as const;
