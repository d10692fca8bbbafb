import { expect } from 'vitest';

/** The cells of the rows of the table whose header begins with these cells. */
export function table(page: string | undefined, ...header: readonly string[]): readonly (readonly string[])[] {
  const lines = (page ?? '').split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header.join(' | ')} |`));
  expect(start, `a table ${header.join(', ')}`).toBeGreaterThanOrEqual(0);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map((row) =>
    row
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
}

/** What stands in backticks in a cell. */
export function names(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
