import { beforeAll, describe, expect, test } from 'vitest';
import { CELLS, type Cell, chosen, nameOf } from './matrix.ts';
import { problemsOfPage, writePage } from './page.ts';
import { playAll, type Result } from './play-all.ts';
import { report } from './table.ts';

const cells = chosen(process.env['FAULTS']);
let results: ReadonlyMap<Cell, Result>;

beforeAll(async () => {
  results = await playAll(cells);
  console.log(report(results));
  if (cells.length === CELLS.length) writePage(report(results));
}, 1_800_000);

describe('the real process', () => {
  test.for(cells.map((cell) => ({ name: nameOf(cell), cell })))(
    'holds as the rules say under $name',
    ({ cell }, { skip }) => {
      const result = results.get(cell);
      switch (result?.kind) {
        case 'impossible':
          return skip(result.why);
        case 'failed':
          throw result.error;
        case 'played':
          expect(result.verdict, result.ran.log.join('\n')).toEqual({ broken: [], otherwise: [] });
          return;
        case undefined:
          throw new Error('the cell was not played');
        default:
          result satisfies never;
      }
    },
  );
});

test('the page of reliability shows this matrix', () => {
  expect(problemsOfPage()).toEqual([]);
});
