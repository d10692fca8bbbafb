import type { TopLevelSpec } from 'vega-lite';
import { toSvg } from '../svg.ts';
import { BOTTOM, LEFT, LEGEND_Y, PLOT_WIDTH, placeRows, RIGHT, timeAxis } from './picture/layout.ts';
import { failures, phases, routes } from './picture/marks.ts';
import { FONT } from './picture/palette.ts';
import { failureCounts, HEAD_LINE, inLines, legendNames, rowTitles, separators, titleOf } from './picture/words.ts';
import type { RolloutResult } from './result.ts';

const LETTERS_IN_HEAD = 130;
const TITLE = 'Rolling update: how long each strategy holds its pods, and which requests fail';
const HOW_TO_READ =
  'Blue beyond the end of the black line: held for nothing. Red line: new requests still come to a pod with SIGTERM.';

/** Draws how each strategy treated its pods, and when requests failed, as one SVG that needs nothing else. */
export function drawPicture(results: readonly RolloutResult[], caption: string): Promise<string> {
  return toSvg(pictureOf(results, caption));
}

function pictureOf(results: readonly RolloutResult[], caption: string): TopLevelSpec {
  const rows = placeRows(results);
  const time = timeAxis(results);
  const head = [...inLines(caption, LETTERS_IN_HEAD), HOW_TO_READ];
  return {
    description: `${TITLE}. ${caption}`,
    background: 'white',
    title: titleOf(TITLE, head),
    width: PLOT_WIDTH,
    height: rows.reduce((sum, { height }) => sum + height, 0),
    padding: { left: LEFT, right: RIGHT, top: 56 + head.length * HEAD_LINE - LEGEND_Y, bottom: BOTTOM },
    autosize: 'none',
    layer: [
      separators(rows),
      legendNames(),
      rowTitles(rows),
      ...failureCounts(rows),
      phases(rows, time),
      routes(rows, time),
      failures(rows, time),
    ],
    resolve: { scale: { color: 'independent' } },
    config: { font: FONT, view: { stroke: null } },
  };
}
