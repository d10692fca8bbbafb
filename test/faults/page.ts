import { readFileSync, writeFileSync } from 'node:fs';
import { FAULTS } from './fault-rows.ts';
import { CELLS } from './matrix.ts';

const PAGE = 'docs/reliability.md';
const BEGIN = '<!-- Made by `npm run test:faults`. Change test/faults, not this table. -->\n\n';
const END = '\n<!-- The end of what `npm run test:faults` makes. -->';

/** Writes the report of the whole matrix into the page. Throws where the page has lost its marks. */
export function writePage(report: string): void {
  const { before, after } = takeApart(readFileSync(PAGE, 'utf8'));
  writeFileSync(PAGE, `${before}${BEGIN}${report}${END}${after}`);
}

/** What is wrong with the report in the page; empty: it is one of this matrix. */
export function problemsOfPage(): readonly string[] {
  const { report } = takeApart(readFileSync(PAGE, 'utf8'));
  const expected = [
    `| cells | ${CELLS.length} of ${CELLS.length} |`,
    ...FAULTS.map(({ where, name }) => `| ${where} | ${name} |`),
  ];
  return expected.filter((text) => !report.includes(text)).map((text) => `${PAGE} lacks: ${text}`);
}

function takeApart(page: string) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`${PAGE} has lost the marks of what is made: ${BEGIN.trim()} and ${END.trim()}`);
  return {
    before: page.slice(0, begin),
    report: page.slice(begin + BEGIN.length, end),
    after: page.slice(end + END.length),
  };
}
