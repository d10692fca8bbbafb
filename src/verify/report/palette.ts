export const FONT = '-apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

/** Light and dark as well as coloured, so that whoever sees few colours can tell them apart. */
export const FAILURE_COLORS = { 'HTTP 502': '#c4261d', 'HTTP 504': '#ef9f0e' } as const;

/** For other kinds of failures, in turn; good on white and on black. */
const MORE_COLORS = ['#8250df', '#0a8f76', '#d9579c', '#3d8fd1', '#8a6d3b', '#7d8590'];

/** A colour for each kind of failure, the same whenever there are the same kinds. */
export function colorsOf(kinds: readonly string[]): ReadonlyMap<string, string> {
  const known: Readonly<Record<string, string | undefined>> = FAILURE_COLORS;
  const others = kinds.filter((kind) => known[kind] === undefined).toSorted();
  return new Map(
    kinds.map((kind) => [kind, known[kind] ?? MORE_COLORS[others.indexOf(kind) % MORE_COLORS.length] ?? '#7d8590']),
  );
}

/** Of every picture and page: for light, and where the reader wants it, for dark. */
export const STYLE = `
.dw { font-family: ${FONT}; }
.dw text { font-size: 12px; fill: #1b1f24; }
.dw .paper { fill: #ffffff; }
.dw .title { font-size: 16px; font-weight: bold; }
.dw .strong { font-size: 14px; font-weight: bold; }
.dw .good { fill: #00725a; }
.dw .bad { fill: #c4261d; }
.dw .pale { fill: #59636e; }
.dw .small { font-size: 11px; }
.dw .grid { stroke: #d8dee4; stroke-width: 1; }
.dw .p95 { fill: #a9d3f2; }
.dw .p50 { fill: #3d8fd1; }
.dw .hold { fill: #3d8fd1; }
.dw .warning { fill: #ef9f0e; }
.dw .open { fill-opacity: 0.5; }
.dw .failing { fill: #c4261d; fill-opacity: 0.18; }
@media (prefers-color-scheme: dark) {
.dw text { fill: #e6edf3; }
.dw .paper { fill: #0d1117; }
.dw .good { fill: #3fb68b; }
.dw .bad { fill: #ff7b72; }
.dw .pale { fill: #9198a1; }
.dw .grid { stroke: #3d444d; }
.dw .p95 { fill: #1f4d73; }
.dw .failing { fill: #ff7b72; fill-opacity: 0.22; }
}
`;
