import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** The files as one stream of documents. */
export function joinFiles(texts: readonly string[]): string {
  return texts.reduce((before, text) => {
    const lineEnded = before === '' || before.endsWith('\n') ? before : `${before}\n`;
    return `${lineEnded}${before === '' || startsDocument(text) ? '' : '---\n'}${text}`;
  }, '');
}

/** Whether a text begins with `---` or a directive, after comments. */
function startsDocument(text: string): boolean {
  return /^\uFEFF?(?:[ \t]*(?:#.*)?\r?\n)*(?:---|%)/.test(text);
}

/** What has changed in a file, as a unified diff; empty where nothing has. */
export function unifiedDiff(file: string, before: string, after: string): string {
  return before === after
    ? ''
    : createTwoFilesPatch(file, file, before, after, undefined, undefined, { headerOptions: FILE_HEADERS_ONLY });
}
