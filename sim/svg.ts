import type { TopLevelSpec } from 'vega-lite';

/** Draws a Vega-Lite chart as one SVG that needs nothing else. The same chart gives the same text. */
export async function toSvg(chart: TopLevelSpec): Promise<string> {
  // Only whoever wants a picture pays for loading them.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile(chart).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
