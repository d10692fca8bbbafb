/** A Markdown table: its heads, how each column is aligned (`---`, `---:`), and its rows. */
export function markdownLines(
  heads: readonly string[],
  rules: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [heads, rules, ...rows].map((cells) => `| ${cells.map(escapePipes).join(' | ')} |`).join('\n');
}

function escapePipes(text: string): string {
  return text.replaceAll('|', '\\|');
}
